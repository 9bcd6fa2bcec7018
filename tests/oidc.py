"""An OpenID provider on loopback: the code flow with PKCE, as much as a sign-in needs, and the lies it may tell."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

CLIENT = "portal"
SECRET = "known to both"


@lru_cache
def key_named(name: str) -> RSAPrivateKey:
    """Return a key to sign with, made once for all tests."""
    return generate_private_key(public_exponent=65537, key_size=2048)


class Provider:
    """The provider. `codes` are those that were not used yet; `keys` are published, and the last one signs."""

    def __init__(self) -> None:
        self.codes: dict[str, dict[str, Any]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}
        self.url = ""
        self.keys = ["first"]
        self.keys_asked = 0
        # What is said otherwise than it should be: in the configuration, the token's claims, and by who signs it.
        self.configured: dict[str, Any] = {}
        self.claimed: dict[str, Any] = {}
        self.signed: Callable[[dict[str, Any]], str] = self.sign

    def consent(self, asked: str, **claims: Any) -> str:
        """Let whoever was sent to `asked` prove that they are `claims`; return where they are sent back to."""
        said = {name: values[0] for name, values in parse_qs(urlsplit(asked).query).items()}
        assert asked.startswith(f"{self.url}/authorize?")
        assert (said["client_id"], said["response_type"], said["code_challenge_method"]) == (CLIENT, "code", "S256")
        code = secrets.token_urlsafe(16)
        self.codes[code] = {
            "challenge": said["code_challenge"],
            "nonce": said["nonce"],
            "claims": {"sub": "1", **claims},
        }
        return f"{urlsplit(said['redirect_uri']).path}?code={code}&state={said['state']}"

    def configuration(self) -> dict[str, Any]:
        paths = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        found: dict[str, Any] = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in paths.items()}
        methods = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
        return found | methods | {"issuer": self.url, "jwks_uri": f"{self.url}/keys"} | self.configured

    def published(self) -> dict[str, Any]:
        self.keys_asked += 1
        return {"keys": [self.public(name) for name in self.keys]}

    def public(self, name: str) -> dict[str, Any]:
        key: dict[str, Any] = RSAAlgorithm.to_jwk(key_named(name).public_key(), as_dict=True)
        return key | {"kid": name, "use": "sig", "alg": "RS256"}

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, key_named(self.keys[-1]), "RS256", headers={"kid": self.keys[-1]})

    def redeem(self, said: dict[str, str]) -> dict[str, Any] | None:
        kept = self.codes.pop(said["code"], None)
        digest = hashlib.sha256(said.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if kept is None or kept["challenge"] != challenge or said.get("client_secret") != SECRET:
            return None
        token = secrets.token_urlsafe(16)
        self.tokens[token] = kept["claims"]
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": kept["nonce"]}
        proof = self.signed(claims | kept["claims"] | self.claimed)
        return {"access_token": token, "token_type": "Bearer", "id_token": proof}


class _Conversation(BaseHTTPRequestHandler):
    provider: Provider

    def do_GET(self) -> None:
        if self.path == "/.well-known/openid-configuration":
            self.answer(self.provider.configuration())
        elif self.path == "/keys":
            self.answer(self.provider.published())
        elif self.path == "/userinfo":
            self.answer(self.provider.tokens.get(self.headers["Authorization"].removeprefix("Bearer ")))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.answer(self.provider.redeem({name: values[0] for name, values in parse_qs(body).items()}))

    def answer(self, said: dict[str, Any] | None) -> None:
        content = json.dumps(said or {"error": "invalid_grant"}).encode()
        self.send_response(200 if said else 400)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[Provider]:
    """Run a provider on a port of its own."""
    provider = Provider()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Conversation", (_Conversation,), {"provider": provider}))
    server.daemon_threads = True
    provider.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
