"""The files under deploy/ as their own tools read them."""

from __future__ import annotations

import re
import shutil
import subprocess
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from common.clock import LONDON
from launch.paths import ROOT

DEPLOY = ROOT / "deploy"


def tool(name: str) -> str:
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin")
    if not found:
        pytest.skip(f"{name} is missing: install Debian's nginx-light and systemd")
    return found


def certificate(folder: Path) -> tuple[Path, Path]:
    """A key and a certificate of our own, for a test of the settings only."""
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    now = datetime.now(LONDON)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), now, now + timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    (folder / "cert.pem").write_bytes(made)
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "cert.pem", folder / "key.pem"


def test_nginx_accepts_its_file(tmp_path: Path) -> None:
    """`nginx -t`, with a certificate and log file of the test's own."""
    cert, key = certificate(tmp_path)
    site = (DEPLOY / "nginx.conf").read_text()
    site = re.sub(r"(ssl_certificate) \S+;", rf"\1 {cert};", site)
    site = re.sub(r"(ssl_certificate_key) \S+;", rf"\1 {key};", site)
    site = re.sub(r"(access_log) \S+ ", rf"\1 {tmp_path}/access.log ", site)
    (tmp_path / "site.conf").write_text(site)
    main = f"error_log {tmp_path}/error.log; pid {tmp_path}/pid; events {{}} http {{ include {tmp_path}/site.conf; }}"
    (tmp_path / "nginx.conf").write_text(main)
    done = subprocess.run(
        [tool("nginx"), "-t", "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")],
        capture_output=True, text=True, timeout=30, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def test_systemd_accepts_the_unit(tmp_path: Path) -> None:
    """`systemd-analyze verify`: no unknown setting, no bad value."""
    unit = (DEPLOY / "assistant.service").read_text().replace("/srv/assistant/app/.venv/bin/python", "/bin/true")
    (tmp_path / "assistant.service").write_text(unit)
    done = subprocess.run(
        [tool("systemd-analyze"), "verify", "--man=no", str(tmp_path / "assistant.service")],
        capture_output=True, text=True, timeout=60, check=False,
    )  # fmt: skip
    said = [line for line in done.stderr.splitlines() if "assistant.service" in line]
    assert done.returncode == 0 and said == [], done.stderr


def test_only_nginx_is_open_to_the_world() -> None:
    """In the container file no port of the assistant or the database is published, and both wait for a healthy neighbour."""
    services: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yml").read_text())["services"]
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]
    assert services["assistant"]["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert services["assistant"]["environment"]["ENVIRONMENT"] == "production"


def test_every_setting_named_there_exists() -> None:
    """What deploy/ tells people to set is a setting of .env.example."""
    known = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    named = set(re.findall(r"\b([A-Z]{2,}(?:_[A-Z]+)*)=", "".join(p.read_text() for p in DEPLOY.iterdir())))
    assert named - known <= {"ADDRESS"} and {"SECRET_KEY", "DATABASE_URL", "BOTS", "TRUSTED_PROXIES"} <= named | known
    assert {"ENVIRONMENT", "VAR_DIR", "HOST"} <= named
