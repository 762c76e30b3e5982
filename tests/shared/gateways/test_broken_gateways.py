"""Gateways that break a promise, each in its own way: the check that is meant for it notices."""

from collections.abc import Callable
from dataclasses import replace
from types import ModuleType

import pytest

from connectors.shared.gateways.base import Fault, Gateway, Verdict
from connectors.shared.gateways.kinds import Built
from connectors.shared.gateways.verifier import Verifier
from connectors.shared.incoming.source import IncomingSource
from tests.shared.gateways.conformance import failures, leaky, ogangi, smsc
from tests.shared.gateways.conformance.broken import (
    BlamesAccountsForOutages,
    ClaimsMany,
    CutsToFit,
    DoubtsProofs,
    DoubtsSecondTries,
    DropsOne,
    FailsWithoutADatabase,
    ForgetsTheFirstTry,
    IgnoresTheSenderId,
    LosesZeros,
    MisplacesExceptions,
    MixesThreadsUp,
    NamesASender,
    ProvesAnybody,
    ProvesAtLeisure,
    ProvesBySending,
    Raises,
    RaisesForRemovedConnections,
    RaisesForUnreadableSecrets,
    Repeats,
    RetriesWhenThrottled,
    RotatesTexts,
    SaysTheSameToAll,
    SendsEverythingBySms,
    SendsTwice,
    TrimsForMany,
    TrustsWhatItKnew,
    TurnsExceptionsRound,
    UsesAnothersCredentials,
    answering,
    instead,
    refused_for_the_recipient,
    saying,
    short_of_words,
)
from tests.shared.gateways.conformance.careless import (
    MisreadsPolls,
    PollsEverything,
    Register,
    SaysItIsSent,
    TakesAnyCode,
    TakesCodesForWrong,
    believes_any_token,
    falls_over_garbage,
    keeps_nothing,
    logs_the_number,
    logs_the_token,
    reads,
    reads_without_end,
    registering,
    takes_anybodys_word,
    unsigned,
)
from tests.shared.gateways.conformance.message_central import bench

OPERATOR = "the-operators-token"

BROKEN: dict[str, tuple[Callable[[Gateway], Gateway], str]] = {
    "raises": (Raises, "no_answer_is_in_doubt"),
    "repeats what got no answer": (Repeats, "nothing_is_repeated"),
    "repeats what was throttled": (RetriesWhenThrottled, "nothing_is_repeated"),
    "tries again what got no answer": (instead(Verdict.IN_DOUBT, Verdict.TRY_AGAIN), "no_answer_is_in_doubt"),
    "tries again after a timeout": (instead(Verdict.IN_DOUBT, Verdict.TRY_AGAIN), "no_answer_in_time_is_in_doubt"),
    "takes nonsense for a yes": (instead(Verdict.IN_DOUBT, Verdict.ACCEPTED), "nonsense_is_in_doubt"),
    "takes half an answer for a no": (instead(Verdict.IN_DOUBT, Verdict.REFUSED), "half_an_answer_is_in_doubt"),
    "tries many again after an error": (
        instead(Verdict.IN_DOUBT, Verdict.TRY_AGAIN),
        "an_error_on_a_call_for_many_is_in_doubt",
    ),
    "doubts what was never asked": (
        instead(Verdict.TRY_AGAIN, Verdict.IN_DOUBT),
        "who_cannot_be_reached_was_not_asked",
    ),
    "refuses what was throttled": (instead(Verdict.TRY_AGAIN, Verdict.REFUSED), "throttling_is_waited_out"),
    "forgets how long to wait": (
        answering(lambda result: replace(result, retry_after=None)),
        "throttling_is_waited_out",
    ),
    "refuses in an outage": (instead(Verdict.TRY_AGAIN, Verdict.REFUSED), "an_outage_is_waited_out"),
    "blames recipients for the account": (
        answering(refused_for_the_recipient),
        "a_refused_account_pauses_the_account",
    ),
    "blames the account for a number": (
        instead(Verdict.REFUSED, Verdict.ACCOUNT_REFUSED, Fault.ACCOUNT),
        "a_refused_number_is_the_recipients_fault",
    ),
    "takes a refused message for sent": (
        instead(Verdict.REFUSED, Verdict.ACCEPTED, split=False),
        "a_refused_message_is_the_messages_fault",
    ),
    "forgets that it tried before": (ForgetsTheFirstTry, "a_duplicate_on_a_second_try_is_in_doubt"),
    "sends twice": (SendsTwice, "texts_arrive_as_they_are"),
    "mangles emoji": (saying(lambda text: text.replace("😀", "?")), "texts_arrive_as_they_are"),
    "trims": (saying(str.strip), "texts_arrive_as_they_are"),
    "flattens lines": (saying(lambda text: text.replace("\n", " ")), "texts_arrive_as_they_are"),
    "straightens line breaks": (saying(lambda text: text.replace("\r\n", "\n")), "line_breaks_stay_as_they_are"),
    "makes tabs spaces": (saying(lambda text: text.replace("\t", " ")), "spaces_stay_as_they_are"),
    "makes all spaces plain": (saying(lambda text: text.replace("\u00a0", " ")), "spaces_stay_as_they_are"),
    "straightens quotes": (saying(lambda text: text.replace("’", "'")), "quotes_and_dashes_stay_as_they_are"),
    "makes texts plain for many": (saying(lambda text: text.replace("’", "'")), "many_read_what_was_written"),
    "cuts long texts": (saying(lambda text: text[:160]), "the_longest_text_arrives_whole"),
    "loses leading zeros": (LosesZeros, "leading_zeros_stay"),
    "ignores the sender id": (IgnoresTheSenderId, "sender_ids_arrive"),
    "drops one of many": (DropsOne, "each_number_is_reached_once"),
    "says the same to all": (SaysTheSameToAll, "each_phone_reads_its_own_text"),
    "misplaces exceptions": (MisplacesExceptions, "bad_numbers_hurt_nobody_else"),
    "fails all for one": (answering(lambda result: replace(result, split=False)), "bad_numbers_hurt_nobody_else"),
    "uses another's credentials": (UsesAnothersCredentials, "connections_keep_to_their_own_credentials"),
    "trusts what it knew": (TrustsWhatItKnew, "changed_credentials_are_used_soon"),
    "raises for an unreadable secret": (RaisesForUnreadableSecrets, "an_unreadable_secret_is_the_accounts_fault"),
    "mixes threads up": (MixesThreadsUp, "threads_mix_nothing_up"),
    "proves anybody": (ProvesAnybody, "wrong_credentials_are_not_proven"),
    "proves by sending": (ProvesBySending, "right_credentials_are_proven"),
    "blames accounts for outages": (BlamesAccountsForOutages, "nobody_is_proven_by_a_vendor_that_does_not_answer"),
    "has ids that are too long": (
        answering(lambda result: replace(result, transaction_id="9" * 65)),
        "what_was_taken_has_an_id",
    ),
    "has no ids": (answering(lambda result: replace(result, transaction_id=None)), "what_was_taken_has_an_id"),
    "has codes that are too long": (
        answering(lambda result: replace(result, code="c" * 33)),
        "who_reads_a_refusal_understands_it",
    ),
    "explains nothing": (answering(short_of_words), "who_reads_a_refusal_understands_it"),
    "tells the secret": (leaky.LeaksTheSecret, "nothing_secret_is_told"),
    "logs the text": (leaky.LeaksTheText, "nothing_secret_is_told"),
    "logs the number": (leaky.LeaksTheNumber, "nothing_secret_is_told"),
    "warns of the text": (leaky.WarnsOfTheText, "nothing_secret_is_told"),
    "prints the number": (leaky.PrintsTheNumber, "nothing_secret_is_told"),
    "proves at leisure": (ProvesAtLeisure, "proving_keeps_to_its_timeout"),
    "doubts proofs": (DoubtsProofs, "proving_leaves_nothing_in_doubt"),
    "trims for many": (TrimsForMany, "many_read_what_was_written"),
    "takes a message refused to many for sent": (
        instead(Verdict.REFUSED, Verdict.ACCEPTED, split=False),
        "a_refused_message_is_refused_for_all",
    ),
    "tries again after an error of a proxy": (
        instead(Verdict.IN_DOUBT, Verdict.TRY_AGAIN),
        "an_error_of_who_stands_before_the_vendor_is_in_doubt",
    ),
    "tries again with wrong credentials": (
        instead(Verdict.ACCOUNT_REFUSED, Verdict.TRY_AGAIN),
        "wrong_credentials_are_the_accounts_fault",
    ),
    "doubts second tries": (DoubtsSecondTries, "a_second_try_works"),
    "raises for odd texts": (saying(lambda text: text.encode().decode()), "an_odd_text_raises_nothing"),
    "raises for removed connections": (RaisesForRemovedConnections, "a_removed_connection_sends_nothing"),
    "fails without a database": (FailsWithoutADatabase, "a_database_that_is_away_sends_nothing"),
    "makes up ids": (
        answering(lambda result: replace(result, transaction_id=result.transaction_id or "9" * 70)),
        "an_id_that_is_too_long_is_dropped",
    ),
    "cuts ids": (
        answering(lambda result: replace(result, transaction_id=result.transaction_id or ("1000001" + "0" * 57))),
        "an_id_that_is_too_long_is_dropped",
    ),
}
OF_SMSC: dict[str, tuple[Callable[[Gateway], Gateway], str]] = {
    "turns exceptions round": (TurnsExceptionsRound, "bad_numbers_hurt_nobody_else"),
    "drops exceptions": (answering(lambda result: replace(result, exceptions=())), "bad_numbers_hurt_nobody_else"),
    "drops exceptions of lists": (
        answering(lambda result: replace(result, exceptions=())),
        "a_bad_number_in_a_list_hurts_nobody_else",
    ),
    "mixes texts up": (RotatesTexts, "each_phone_reads_its_own_text"),
    "cuts texts to fit": (CutsToFit, "a_text_that_is_too_long_is_refused_here"),
    "sends everything by SMS": (SendsEverythingBySms, "a_channel_that_it_does_not_carry_is_refused"),
    "names a sender": (NamesASender, "the_vendors_own_sender_id_serves_who_names_none"),
}
OF_OGANGI: dict[str, tuple[Callable[[Gateway], Gateway], str]] = {
    "claims many": (ClaimsMany, "one_number_a_call_where_many_are_not_claimed"),
    "makes ids up": (answering(lambda result: replace(result, transaction_id="1")), "no_id_is_made_up"),
}


@pytest.mark.parametrize("how", BROKEN)
def test_a_broken_gateway_is_noticed(how: str) -> None:
    break_it, meant = BROKEN[how]
    broken = replace(bench(), wrap=lambda built: replace(built, gateway=break_it(built.gateway)))
    found = failures(broken, only=[meant])
    assert set(found) == {meant}
    assert found[meant].startswith("AssertionError") or how.startswith("raises")


@pytest.mark.parametrize(("good", "how"), [*((smsc, how) for how in OF_SMSC), *((ogangi, how) for how in OF_OGANGI)])
def test_another_broken_gateway_is_noticed(good: ModuleType, how: str) -> None:
    break_it, meant = (OF_SMSC | OF_OGANGI)[how]
    broken = replace(good.bench(), wrap=lambda built: replace(built, gateway=break_it(built.gateway)))
    assert failures(broken, only=[meant])[meant].startswith("AssertionError")


VERIFIERS: dict[str, tuple[Callable[[Verifier], Verifier], str]] = {
    "takes any code": (TakesAnyCode, "the_right_code_verifies_once"),
    "takes any number's code": (TakesAnyCode, "a_code_is_of_one_number"),
    "takes codes for ever": (TakesAnyCode, "a_code_runs_out"),
    "takes codes for wrong in an outage": (TakesCodesForWrong, "a_vendor_that_is_away_decides_no_code"),
    "believes in what got no answer": (SaysItIsSent, "a_code_that_may_have_gone_out_is_checked_or_in_doubt"),
    "believes in what never went": (SaysItIsSent, "no_code_is_sent_while_the_vendor_is_away"),
    "believes in refused accounts": (SaysItIsSent, "codes_for_a_refused_account_are_refused"),
}


@pytest.mark.parametrize("how", VERIFIERS)
def test_a_broken_verifier_is_noticed(how: str) -> None:
    break_it, meant = VERIFIERS[how]
    broken = replace(bench(), wrap=lambda built: replace(built, verifier=break_it(built.verifier)))
    assert failures(broken, only=[meant])[meant].startswith("AssertionError")


CARELESS: dict[str, tuple[Register, str]] = {
    "believes any token": (registering(believes_any_token), "a_wrong_token_finds_nothing"),
    "falls over garbage": (registering(falls_over_garbage), "garbage_is_no_error_of_ours"),
    "keeps nothing": (keeps_nothing, "unknown_receipts_are_kept"),
    "leaves out that it failed": (reads(b"UNDELIV", b"UNKNOWN"), "an_undelivered_message_says_why"),
    "believes any account": (takes_anybodys_word(OPERATOR), "the_token_of_another_account_moves_nothing"),
    "logs the token": (logs_the_token, "callbacks_tell_nothing_secret"),
    "logs the number": (logs_the_number, "callbacks_tell_nothing_secret"),
    "reads without end": (reads_without_end, "an_endless_callback_is_refused_unread"),
    "takes one number for another": (reads(b'"mobile"', b'"nobody"'), "a_receipt_is_of_one_number"),
    "takes undelivered for delivered": (reads(b"UNDELIV", b"DELIVRD"), "receipts_in_every_order_move_forward_only"),
    "takes sent for delivered": (reads(b"UNKNOWN", b"DELIVRD"), "receipts_in_every_order_move_forward_only"),
}


@pytest.mark.parametrize("how", CARELESS)
def test_careless_callbacks_are_noticed(how: str) -> None:
    register, meant = CARELESS[how]
    good = bench()
    broken = replace(
        good,
        settings=lambda url: {**good.settings(url), "CONNECTORS_CALLBACK_TOKEN": OPERATOR},
        wrap=lambda built: replace(built, register=lambda app: register(built, app)),
    )
    assert set(failures(broken, only=[meant])) == {meant}


def test_a_gateway_that_ignores_its_timeout_is_noticed() -> None:
    good = bench()
    patient = replace(good, settings=lambda url: {**good.settings(url), "CONNECTORS_MESSAGE_CENTRAL_TIMEOUT": "30"})
    meant = "a_silent_vendor_is_not_waited_for"
    assert failures(patient, only=[meant])[meant].startswith("AssertionError")


def test_what_a_vendor_cannot_carry_is_not_tried() -> None:
    straightens = saying(lambda text: text.replace("\r\n", "\n"))
    declared = replace(
        bench(),
        cannot_carry=("\r\n",),
        wrap=lambda built: replace(built, gateway=straightens(built.gateway)),
    )
    assert failures(declared, only=["line_breaks_stay_as_they_are", "many_read_what_was_written"]) == {}


OF_PHONES: dict[str, tuple[Register, str]] = {
    "takes what is unsigned": (unsigned, "an_unsigned_receipt_moves_nothing"),
    "believes any token": (registering(believes_any_token), "what_comes_with_a_wrong_token_is_not_kept"),
    "keeps nothing from phones": (keeps_nothing, "what_comes_by_callback_is_kept_once"),
    "falls over garbage from phones": (registering(falls_over_garbage), "garbage_from_phones_is_no_error_of_ours"),
}


@pytest.mark.parametrize("how", OF_PHONES)
def test_careless_callbacks_from_phones_are_noticed(how: str) -> None:
    register, meant = OF_PHONES[how]
    broken = replace(smsc.bench(), wrap=lambda built: replace(built, register=lambda app: register(built, app)))
    assert set(failures(broken, only=[meant])) == {meant}


POLLS: dict[str, tuple[Callable[[IncomingSource], IncomingSource], str]] = {
    "brings everything again": (PollsEverything, "what_is_polled_is_kept_once"),
    "fails in silence": (PollsEverything, "a_poll_that_fails_is_told"),
    "misreads what it brings": (MisreadsPolls, "both_ways_bring_one_message"),
}


@pytest.mark.parametrize("how", POLLS)
def test_a_careless_poll_is_noticed(how: str) -> None:
    break_it, meant = POLLS[how]

    def wrap(built: Built) -> Built:
        assert built.incoming is not None
        return replace(built, incoming=break_it(built.incoming))

    assert failures(replace(smsc.bench(), wrap=wrap), only=[meant])[meant].startswith("AssertionError")
