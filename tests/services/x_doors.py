"""How the stand-in for X lets programs in: signed by OAuth 1.0a, or with a token of OAuth 2.0."""

import base64
import hashlib
import secrets
import time
from dataclasses import dataclass, field
from urllib.parse import urlencode

from tests.services.service import Answer, Call
from tests.services.x_posts import User


@dataclass
class Planted:
    """The secrets that open the door for one account; tests look for them where they must not be.

    They are made anew for each stand-in, so that no text of ours holds one by chance.
    """

    consumer_key: str = field(default_factory=lambda: "ck" + secrets.token_hex(12))
    consumer_secret: str = field(default_factory=lambda: "cs" + secrets.token_hex(20))
    access_token: str = field(default_factory=lambda: "4000000-" + secrets.token_hex(16))
    access_secret: str = field(default_factory=lambda: "as" + secrets.token_hex(20))
    client_id: str = field(default_factory=lambda: "ci" + secrets.token_hex(12))
    client_secret: str = field(default_factory=lambda: "cx" + secrets.token_hex(20))


@dataclass
class _Consent:
    challenge: str
    redirect_uri: str


class Doors:
    """Checks who asks; gives, renews and takes back tokens. A refresh token works once."""

    def __init__(self, owner: User, url: str) -> None:
        self.owner = owner
        self.planted = Planted()
        self.bearer: dict[str, float] = {}
        self.refreshing: set[str] = set()
        self.issued: list[str] = []
        self.lifetime = 7200.0
        self._url = url
        self._consents: dict[str, _Consent] = {}

    def admits(self, call: Call) -> bool:
        """Whether the request is signed by the planted keys, or bears a token that holds."""
        scheme, _, rest = call.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return self.bearer.get(rest, 0.0) > time.time()
        return scheme.lower() == "oauth" and self._signed(call)

    def _signed(self, call: Call) -> bool:
        from oauthlib.oauth1.rfc5849 import signature

        planted = self.planted
        headers = {"Authorization": call.headers["Authorization"]}
        given = dict(signature.collect_parameters(headers=headers, exclude_oauth_signature=False))
        if (given.get("oauth_consumer_key"), given.get("oauth_token")) != (
            planted.consumer_key,
            planted.access_token,
        ):
            return False
        form = call.body.decode() if "form" in call.headers.get("Content-Type", "") else ""
        query = call.target.partition("?")[2]
        params = signature.collect_parameters(uri_query=query, body=form, headers=headers)
        base = signature.signature_base_string(
            call.method,
            signature.base_string_uri(f"{self._url}{call.path}"),
            signature.normalize_parameters(params),
        )
        expected = signature.sign_hmac_sha1_with_client(base, _Secrets(planted))
        return secrets.compare_digest(expected, given.get("oauth_signature", ""))

    def issue(self) -> tuple[str, str]:
        """Return a new access token and a new refresh token."""
        access, refresh = "at" + secrets.token_hex(24), "rt" + secrets.token_hex(24)
        self.bearer[access] = time.time() + self.lifetime
        self.refreshing.add(refresh)
        self.issued += [access, refresh]
        return access, refresh

    def authorize(self, call: Call) -> Answer:
        """The page on which a person would consent: this one always does."""
        query = call.query
        if (
            query.get("client_id") != self.planted.client_id
            or query.get("response_type") != "code"
            or query.get("code_challenge_method") != "S256"
            or not query.get("redirect_uri", "").startswith("http://127.0.0.1:")
        ):
            return Answer(400, {"error": "invalid_request"})
        code = secrets.token_hex(16)
        self._consents[code] = _Consent(query["code_challenge"], query["redirect_uri"])
        back = urlencode({"state": query.get("state", ""), "code": code})
        return Answer(302, None, {"Location": f"{query['redirect_uri']}?{back}"})

    def token(self, call: Call) -> Answer:
        """`POST /2/oauth2/token`."""
        form = call.form
        if form.get("client_id") != self.planted.client_id and not self._knows_client(call):
            return Answer(401, {"error": "unauthorized_client"})
        if form.get("grant_type") == "authorization_code":
            consent = self._consents.pop(form.get("code", ""), None)
            digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
            proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if not consent or (proof, form.get("redirect_uri")) != (
                consent.challenge,
                consent.redirect_uri,
            ):
                return Answer(400, {"error": "invalid_grant"})
        elif form.get("grant_type") == "refresh_token":
            if form.get("refresh_token") not in self.refreshing:
                return Answer(400, {"error": "invalid_request"})
            self.refreshing.remove(form["refresh_token"])
        else:
            return Answer(400, {"error": "unsupported_grant_type"})
        access, refresh = self.issue()
        return Answer(
            200,
            {
                "token_type": "bearer",
                "expires_in": int(self.lifetime),
                "access_token": access,
                "refresh_token": refresh,
                "scope": "tweet.read tweet.write users.read offline.access",
            },
        )

    def _knows_client(self, call: Call) -> bool:
        pair = f"{self.planted.client_id}:{self.planted.client_secret}".encode()
        return call.headers.get("Authorization") == "Basic " + base64.b64encode(pair).decode()

    def secrets(self) -> list[str]:
        """Return every secret that was ever given out."""
        planted = self.planted
        return [
            planted.consumer_key,
            planted.consumer_secret,
            planted.access_token,
            planted.access_secret,
            planted.client_secret,
            *self.issued,
        ]


class _Secrets:
    """What oauthlib signs with."""

    def __init__(self, planted: Planted) -> None:
        self.client_secret = planted.consumer_secret
        self.resource_owner_secret = planted.access_secret
