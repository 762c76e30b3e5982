"""The cell with the country: a calling code, a code of ISO 3166 or a name gives the digits of the calling code."""

import re
import unicodedata
from functools import lru_cache

import phonenumbers

from connectors.shared.phone_numbers import region_of

# The names that phonenumbers has come with 19 MB of places; these are its English ones.
_ENGLISH_NAMES = """
AC Ascension Island; AD Andorra; AE United Arab Emirates; AF Afghanistan; AG Antigua and Barbuda; AI Anguilla; AL
Albania; AM Armenia; AO Angola; AR Argentina; AS American Samoa; AT Austria; AU Australia; AW Aruba; AX Åland
Islands; AZ Azerbaijan; BA Bosnia and Herzegovina; BB Barbados; BD Bangladesh; BE Belgium; BF Burkina Faso; BG
Bulgaria; BH Bahrain; BI Burundi; BJ Benin; BL Saint Barthélemy; BM Bermuda; BN Brunei; BO Bolivia; BQ Bonaire, Sint
Eustatius and Saba; BR Brazil; BS Bahamas; BT Bhutan; BW Botswana; BY Belarus; BZ Belize; CA Canada; CC Cocos
Islands; CD Democratic Republic of the Congo; CF Central African Republic; CG Congo; CH Switzerland; CI Côte
d'Ivoire; CK Cook Islands; CL Chile; CM Cameroon; CN China; CO Colombia; CR Costa Rica; CU Cuba; CV Cape Verde; CW
Curaçao; CX Christmas Island; CY Cyprus; CZ Czech Republic; DE Germany; DJ Djibouti; DK Denmark; DM Dominica; DO
Dominican Republic; DZ Algeria; EC Ecuador; EE Estonia; EG Egypt; EH Western Sahara; ER Eritrea; ES Spain; ET
Ethiopia; FI Finland; FJ Fiji; FK Falkland Islands; FM Micronesia; FO Faroe Islands; FR France; GA Gabon; GB United
Kingdom; GD Grenada; GE Georgia; GF French Guiana; GG Guernsey; GH Ghana; GI Gibraltar; GL Greenland; GM Gambia; GN
Guinea; GP Guadeloupe; GQ Equatorial Guinea; GR Greece; GT Guatemala; GU Guam; GW Guinea-Bissau; GY Guyana; HK Hong
Kong; HN Honduras; HR Croatia; HT Haiti; HU Hungary; ID Indonesia; IE Ireland; IL Israel; IM Isle of Man; IN India;
IO British Indian Ocean Territory; IQ Iraq; IR Iran; IS Iceland; IT Italy; JE Jersey; JM Jamaica; JO Jordan; JP
Japan; KE Kenya; KG Kyrgyzstan; KH Cambodia; KI Kiribati; KM Comoros; KN Saint Kitts And Nevis; KP North Korea; KR
South Korea; KW Kuwait; KY Cayman Islands; KZ Kazakhstan; LA Laos; LB Lebanon; LC Saint Lucia; LI Liechtenstein; LK
Sri Lanka; LR Liberia; LS Lesotho; LT Lithuania; LU Luxembourg; LV Latvia; LY Libya; MA Morocco; MC Monaco; MD
Moldova; ME Montenegro; MF Saint Martin; MG Madagascar; MH Marshall Islands; MK North Macedonia; ML Mali; MM
Myanmar; MN Mongolia; MO Macao; MP Northern Mariana Islands; MQ Martinique; MR Mauritania; MS Montserrat; MT Malta;
MU Mauritius; MV Maldives; MW Malawi; MX Mexico; MY Malaysia; MZ Mozambique; NA Namibia; NC New Caledonia; NE Niger;
NF Norfolk Island; NG Nigeria; NI Nicaragua; NL Netherlands; NO Norway; NP Nepal; NR Nauru; NU Niue; NZ New Zealand;
OM Oman; PA Panama; PE Peru; PF French Polynesia; PG Papua New Guinea; PH Philippines; PK Pakistan; PL Poland; PM
Saint Pierre And Miquelon; PR Puerto Rico; PS Palestine; PT Portugal; PW Palau; PY Paraguay; QA Qatar; RE Reunion;
RO Romania; RS Serbia; RU Russia; RW Rwanda; SA Saudi Arabia; SB Solomon Islands; SC Seychelles; SD Sudan; SE
Sweden; SG Singapore; SH Saint Helena; SI Slovenia; SJ Svalbard And Jan Mayen; SK Slovakia; SL Sierra Leone; SM San
Marino; SN Senegal; SO Somalia; SR Suriname; SS South Sudan; ST Sao Tome And Principe; SV El Salvador; SX Sint
Maarten; SY Syria; SZ Swaziland; TA Tristan da Cunha; TC Turks And Caicos Islands; TD Chad; TG Togo; TH Thailand; TJ
Tajikistan; TK Tokelau; TL Timor-Leste; TM Turkmenistan; TN Tunisia; TO Tonga; TR Turkey; TT Trinidad and Tobago; TV
Tuvalu; TW Taiwan; TZ Tanzania; UA Ukraine; UG Uganda; US United States; UY Uruguay; UZ Uzbekistan; VA Vatican City;
VC Saint Vincent And The Grenadines; VE Venezuela; VG British Virgin Islands; VI U.S. Virgin Islands; VN Vietnam; VU
Vanuatu; WF Wallis And Futuna; WS Samoa; XK Kosovo; YE Yemen; YT Mayotte; ZA South Africa; ZM Zambia; ZW Zimbabwe
"""
_OTHER_NAMES = """
AE UAE; AE Emirates; AE ARE; AR ARG; AT Österreich; AU AUS; BD BGD; BE België; BE Belgique;
BO Bolivia, Plurinational State of; BR Brasil; BR BRA; CA CAN; CD DR Congo; CG Republic of the Congo; CH Schweiz;
CH Suisse; CI Ivory Coast; CN CHN; CV Cabo Verde; CZ Czechia; DE Deutschland; DE DEU; EG EGY; ES España; ES ESP;
FR FRA; FR La France; GB UK; GB Great Britain; GB England; GB Scotland; GB Wales; GB Northern Ireland; GB GBR;
HK Hong Kong SAR; HK HKG; ID IDN; IE IRL; IN Bharat; IN IND; IN Hindustan; IN भारत; IR Iran, Islamic Republic of;
IT Italia; IT ITA; JP JPN; KE KEN; KR Korea; KR Republic of Korea; KR KOR; KW KWT; LK LKA; MM Burma; MO Macau;
MX México; MX MEX; MY MYS; NG NGA; NL Holland; NL Nederland; NL NLD; NP NPL; NZ NZL; OM OMN; PE Perú; PH PHL;
PK PAK; PL Polska; PL POL; PT PRT; QA QAT; RE Réunion; RU Russian Federation; RU RUS; SA KSA; SA SAU; SG SGP;
ST São Tomé and Príncipe; SY Syrian Arab Republic; SZ Eswatini; TH THA; TL East Timor; TR Türkiye; TR TUR;
TZ United Republic of Tanzania; US USA; US United States of America; US America; VA Holy See; VN Viet Nam;
VN VNM; ZA RSA; ZA ZAF
"""

_CODE = re.compile(r"(?:\+|00)?([0-9]{1,3})(?:\.0+)?").fullmatch
_CODE_BESIDE_NAME = re.compile(r"\+ ?([0-9]{1,3})(?![0-9])").search


@lru_cache(maxsize=1024)
def calling_code(cell: str) -> str | None:
    """The digits of the calling code that a cell means, or None.

    >>> [calling_code(cell) for cell in ("91", "+91", "IN", "india", "India (+91)", "Atlantis")]
    ['91', '91', '91', '91', '91', None]
    """
    text = cell.strip().lstrip("'")
    code = _CODE(text) or _CODE_BESIDE_NAME(text)
    if code is not None:
        digits = code[1].lstrip("0")
        return digits if digits and region_of(digits) else None
    region = text.upper() if len(text) == 2 else None
    if region not in phonenumbers.SUPPORTED_REGIONS:
        region = _regions_by_name().get(_key(text))
    return str(phonenumbers.country_code_for_region(region)) if region else None


@lru_cache(maxsize=1)
def _regions_by_name() -> dict[str, str]:
    entries = " ".join((_ENGLISH_NAMES + ";" + _OTHER_NAMES).split()).split(";")
    regions_and_names = (entry.strip().partition(" ") for entry in entries)
    return {_key(name): region for region, _, name in regions_and_names if name}


def _key(name: str) -> str:
    words = unicodedata.normalize("NFKD", name).casefold().replace("&", " and ")
    return "".join(filter(str.isalnum, words)).removeprefix("the")
