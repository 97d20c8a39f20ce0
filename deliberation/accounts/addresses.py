"""Mail addresses as we keep them: one spelling each, so that nobody has two accounts by accident."""

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from deliberation.sealing import keyed_hash


class AddressInvalid(Exception):
    """This cannot be a mail address."""


def clean_address(given: str) -> str:
    """The address in small letters and NFC; whether it exists, a mail will show. Raises AddressInvalid."""
    return _validated(given.strip()).normalized.lower()


def address_hash(address: str) -> str:
    """By which an address, as `clean_address` spells it, is found without being readable."""
    return keyed_hash("address", address)


def to_ascii(address: str) -> str:
    """The spelling for mail servers: a domain with umlauts in Punycode. Raises AddressInvalid."""
    return _validated(address).ascii_email or address


def _validated(address: str) -> ValidatedEmail:
    try:
        # The "test environment" only means that names under .test, which never leave a machine, are fine too.
        return validate_email(address, check_deliverability=False, test_environment=True)
    except EmailNotValidError:
        raise AddressInvalid from None
