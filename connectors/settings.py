"""Every setting of the service, read once from `CONNECTORS_*` environment variables."""

from dataclasses import dataclass, field
from pathlib import Path

from environs import Env, validate

from connectors.shared.clock import DAY, HOUR, SECOND
from connectors.shared.errors import ConnectorsError, SettingsError
from connectors.shared.messages.hours import PromotionalHours, read_hours
from connectors.shared.outbound import AllowedHosts
from connectors.shared.secrets import SecretBox, load_or_create_key
from connectors.shared.verifications.countries import AllowedCountries, read_countries
from connectors.shared.verifications.limits import Limits

EMBEDDED_DATABASE = "connectors.sqlite3"
POSTGRESQL = "postgresql+psycopg"
MOST_API_RATE = 100_000


@dataclass(frozen=True, slots=True)
class Settings:
    """What the operator decided. Durations are milliseconds unless the name says seconds."""

    data_dir: Path
    database_url: str
    queue_url: str | None
    secret_keys: tuple[str, ...] = field(repr=False)
    callback_tokens: tuple[str, ...] = field(repr=False)
    public_url: str
    web_workers: int
    web_threads: int
    web_waiting_threads: int
    dispatch_threads: int
    trusted_proxies: int
    api_rate: int
    access_log: bool
    clock_ahead_ms: int
    retention_ms: int
    receipt_deadline_ms: int
    validity_ms: int
    validity_otp_ms: int
    deduplicate_ms: int
    incoming_poll_seconds: float
    daily_limit: int
    trial_numbers: frozenset[str] = field(repr=False)
    promotional_hours: PromotionalHours
    webhook_hosts: AllowedHosts
    verification_limits: Limits
    verification_countries: AllowedCountries
    message_central_url: str
    message_central_timeout: float
    bulk_size: int
    workbook_rows: int

    @property
    def embedded(self) -> bool:
        """Whether the database is the SQLite file that the service keeps by itself."""
        return self.database_url.startswith("sqlite")

    def secret_box(self) -> SecretBox:
        """Return the box that seals what is secret at rest."""
        return SecretBox(self.secret_keys)


def read_settings(env: Env | None = None) -> Settings:
    """Read the environment; generates and keeps a secret key on the embedded default.

    Raises SettingsError in words that name the variable.
    """
    env = env or Env()
    try:
        with env.prefixed("CONNECTORS_"):
            return _read(env)
    except ConnectorsError:
        raise
    except ValueError as error:
        raise SettingsError(str(error)) from None


def _read(env: Env) -> Settings:
    data_dir = Path(env.str("DATA_DIR", "./var")).absolute()
    database_url = _database_url(env, data_dir)
    secret_keys = _secret_keys(env, data_dir, embedded=database_url.startswith("sqlite"))
    return Settings(
        data_dir=data_dir,
        database_url=database_url,
        queue_url=env.str("QUEUE_URL", "") or None,
        secret_keys=secret_keys,
        callback_tokens=_words(env, "CALLBACK_TOKEN") or SecretBox(secret_keys).tokens("callback"),
        public_url=env.str("PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/"),
        web_workers=env.int("WEB_WORKERS", 4),
        web_threads=env.int("WEB_THREADS", 4),
        web_waiting_threads=env.int("WEB_WAITING_THREADS", 24, validate=validate.Range(1)),
        dispatch_threads=env.int("DISPATCH_THREADS", 64),
        trusted_proxies=env.int("TRUSTED_PROXIES", 0),
        api_rate=env.int("API_RATE", 100, validate=validate.Range(0, MOST_API_RATE)),
        access_log=env.bool("ACCESS_LOG", False),
        clock_ahead_ms=_duration(env, "CLOCK_AHEAD_SECONDS", 0, SECOND),
        retention_ms=_duration(env, "RETENTION_DAYS", 90, DAY),
        receipt_deadline_ms=_duration(env, "RECEIPT_DEADLINE_HOURS", 72, HOUR),
        validity_ms=_duration(env, "VALIDITY_SECONDS", 86_400, SECOND),
        validity_otp_ms=_duration(env, "VALIDITY_OTP_SECONDS", 600, SECOND),
        deduplicate_ms=_duration(env, "DEDUPLICATE_SECONDS", 3_600, SECOND),
        incoming_poll_seconds=env.float("INCOMING_POLL_SECONDS", 30.0, validate=validate.Range(0.1)),
        daily_limit=env.int("DAILY_LIMIT", 0),
        trial_numbers=frozenset(_digits(number) for number in _words(env, "TRIAL_NUMBERS")),
        promotional_hours=_promotional_hours(env),
        webhook_hosts=_hosts(env, "WEBHOOK_HOSTS", "*"),
        verification_limits=Limits(
            per_number=env.int("VERIFICATIONS_PER_NUMBER", 10),
            per_prefix=env.int("VERIFICATIONS_PER_PREFIX", 50),
            per_country=env.int("VERIFICATIONS_PER_COUNTRY", 1_000),
        ),
        verification_countries=_countries(env),
        message_central_url=env.str("MESSAGE_CENTRAL_URL", "https://cpaas.messagecentral.com").rstrip("/"),
        message_central_timeout=env.float("MESSAGE_CENTRAL_TIMEOUT", 10.0),
        bulk_size=env.int("MESSAGE_CENTRAL_BULK_SIZE", 100),
        workbook_rows=env.int("MESSAGE_CENTRAL_WORKBOOK_ROWS", 1_000),
    )


def _database_url(env: Env, data_dir: Path) -> str:
    given = env.str("DATABASE_URL", "").strip() or f"sqlite:///{data_dir / EMBEDDED_DATABASE}"
    scheme, separator, rest = given.partition("://")
    if separator and scheme in ("postgres", "postgresql"):  # as hosts of databases write it, who know no drivers
        scheme = POSTGRESQL
    if not separator or scheme not in ("sqlite", POSTGRESQL):
        raise SettingsError(f"CONNECTORS_DATABASE_URL begins with {POSTGRESQL}:// or sqlite:///")
    return f"{scheme}://{rest}"


def _duration(env: Env, name: str, default: float, unit_ms: int) -> int:
    return int(env.float(name, default) * unit_ms)


def _promotional_hours(env: Env) -> PromotionalHours:
    try:
        return read_hours(env.str("PROMOTIONAL_HOURS", "IN=10:00-21:00,US=08:00-21:00"))
    except ValueError as error:
        raise SettingsError(f"CONNECTORS_PROMOTIONAL_HOURS {error}") from None


def _countries(env: Env) -> AllowedCountries:
    try:
        return read_countries(_words(env, "VERIFICATION_COUNTRIES"))
    except ValueError as error:
        raise SettingsError(f"CONNECTORS_VERIFICATION_COUNTRIES {error}") from None


def _words(env: Env, name: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in env.str(name, "").split(",") if word.strip())


def _hosts(env: Env, name: str, default: str) -> AllowedHosts:
    try:
        return AllowedHosts(_words(env, name) or (default,))
    except ValueError as error:
        raise SettingsError(f"CONNECTORS_{name}: {error}") from None


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdigit())


def _secret_keys(env: Env, data_dir: Path, *, embedded: bool) -> tuple[str, ...]:
    given = _words(env, "SECRET_KEY")
    if given:
        return given
    if not embedded:
        # A key that lives on one machine's disk cannot be read by the next machine on the same database.
        raise SettingsError(
            "CONNECTORS_SECRET_KEY must be set when CONNECTORS_DATABASE_URL is not the embedded default"
        )
    return (load_or_create_key(data_dir / "secret.key"),)
