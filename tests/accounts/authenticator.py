"""A device that holds passkeys, made of a few lines: signs what it is asked, and lies where a test wants it to."""

import json
import os
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from webauthn.helpers import bytes_to_base64url as to_text
from webauthn.helpers import encode_cbor

PRESENT, VERIFIED, ATTESTED = 1, 4, 64


class Authenticator:
    """`count` goes up with each signature, as on a stick; a phone keeps it at zero."""

    def __init__(self, origin: str = "http://localhost", host: str = "localhost") -> None:
        self.origin, self.host, self.count = origin, host, 0
        self.id, self._key = os.urandom(32), ec.generate_private_key(ec.SECP256R1())

    def create(self, question: dict[str, Any]) -> str:
        """The answer of navigator.credentials.create, as the form carries it."""
        numbers = self._key.public_key().public_numbers()
        x, y = (number.to_bytes(32, "big") for number in (numbers.x, numbers.y))
        key = encode_cbor({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        data = self._data(PRESENT | VERIFIED | ATTESTED) + bytes(16) + len(self.id).to_bytes(2, "big") + self.id + key
        attestation = encode_cbor({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", question)
        return self._answer(clientDataJSON=client, attestationObject=attestation)

    def get(self, question: dict[str, Any], flags: int = PRESENT | VERIFIED, counts: bool = True) -> str:
        """The answer of navigator.credentials.get."""
        self.count += counts
        client, data = self._client("webauthn.get", question), self._data(flags)
        signature = self._key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        return self._answer(clientDataJSON=client, authenticatorData=data, signature=signature)

    def _data(self, flags: int) -> bytes:
        return sha256(self.host.encode()).digest() + bytes([flags]) + self.count.to_bytes(4, "big")

    def _client(self, kind: str, question: dict[str, Any]) -> bytes:
        said = {"type": kind, "challenge": question["challenge"], "origin": self.origin, "crossOrigin": False}
        return json.dumps(said).encode()

    def _answer(self, **parts: bytes) -> str:
        said = {name: to_text(part) for name, part in parts.items()}
        name = to_text(self.id)
        return json.dumps(
            {"id": name, "rawId": name, "type": "public-key", "response": said, "clientExtensionResults": {}}
        )
