"""The envelope of POST /exchange: the action, its nonce, and who signed it."""

from typing import Final, Self, TypeVar

from pydantic import Field, TypeAdapter, ValidationError, model_validator

from local_exchange.wire.actions import Action, ApproveAgentAction
from local_exchange.wire.scalars import Address, HexNumber, UInt64, WireModel
from local_exchange.wire.signatures import (
    TESTNET_CHAIN,
    FieldType,
    Signature,
    TypedField,
    action_hash,
    l1_digest,
    recover_signer,
    user_signed_digest,
)

Model = TypeVar("Model")

JSON_TYPE: Final = "application/json"


class RequestRefusedError(Exception):
    """Refused before it meant anything: an HTTP status and the venue's plain text."""

    status = 422
    text = "Failed to deserialize the JSON body into the target type"

    def __init__(self) -> None:
        super().__init__(self.text)


class NotJsonError(RequestRefusedError):
    status = 400
    text = "Failed to parse the request body as JSON"


class WrongContentTypeError(RequestRefusedError):
    status = 415
    text = f"Expected request with `Content-Type: {JSON_TYPE}`"


class SignatureWire(WireModel):
    r: HexNumber
    s: HexNumber
    v: int

    def to_signature(self) -> Signature:
        return Signature(int(self.r, 16), int(self.s, 16), self.v)


class Envelope(WireModel):
    action: Action
    nonce: UInt64
    signature: SignatureWire
    vault_address: Address | None = Field(default=None, alias="vaultAddress")
    expires_after: UInt64 | None = Field(default=None, alias="expiresAfter")

    @model_validator(mode="after")
    def _only_l1_actions_expire(self) -> Self:
        if isinstance(self.action, ApproveAgentAction) and self.expires_after is not None:
            raise ValueError("a user-signed action cannot carry expiresAfter: it is not signed")
        return self


_ENVELOPE: Final = TypeAdapter(Envelope)


def check_content_type(content_type: str) -> None:
    """`content_type` is the media type without its parameters."""
    if content_type != JSON_TYPE:
        raise WrongContentTypeError


def parse_envelope(body: bytes) -> Envelope:
    """The request, or RequestRefusedError as the venue refuses it."""
    return validated(_ENVELOPE, body)


def validated(adapter: TypeAdapter[Model], body: bytes) -> Model:
    """`body` as JSON of the adapter's type, or RequestRefusedError with the venue's status."""
    try:
        return adapter.validate_json(body)
    except ValidationError as error:
        if any(detail["type"] == "json_invalid" for detail in error.errors()):
            raise NotJsonError from error
        raise RequestRefusedError from error


def recovered_address(envelope: Envelope) -> str:
    """The address whose key signed this envelope; UnrecoverableSignatureError if none can have."""
    return recover_signer(_signed_digest(envelope), envelope.signature.to_signature())


def _signed_digest(envelope: Envelope) -> bytes:
    action = envelope.action
    if isinstance(action, ApproveAgentAction):
        return _approval_digest(action)
    return l1_digest(
        action_hash(
            action.canonical(), envelope.nonce, envelope.vault_address, envelope.expires_after
        )
    )


def _approval_digest(action: ApproveAgentAction) -> bytes:
    fields = [
        TypedField("hyperliquidChain", FieldType.STRING, TESTNET_CHAIN),
        TypedField("agentAddress", FieldType.ADDRESS, action.agent_address),
        TypedField("agentName", FieldType.STRING, action.agent_name or ""),
        TypedField("nonce", FieldType.UINT64, action.nonce),
    ]
    chain_id = int(action.signature_chain_id, 16)
    return user_signed_digest("HyperliquidTransaction:ApproveAgent", fields, chain_id)
