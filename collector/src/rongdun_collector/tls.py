"""A certificate authority of the collector's own, for sites that have none: EC P-256, and the pin that tokens carry."""

import hashlib
import ipaddress
import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rongdun_collector.errors import CollectorError

AUTHORITY_YEARS = 10
SERVER_DAYS = 825


def create_certificates(directory: Path, names: Sequence[str], now: datetime) -> str:
    """Make an authority and a server certificate for these names and addresses; the authority's pin.

    An authority that is there already is kept, so that hosts that trust it go on doing so.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, key = _load_authority(directory) or _make_authority(directory, now)
    server_key = ec.generate_private_key(ec.SECP256R1())
    server = _server_certificate(authority, key, server_key.public_key(), names, now)
    _write_key(directory / "server.key", server_key)
    (directory / "server.pem").write_bytes(_pem(server) + _pem(authority))
    return _pin(authority)


def authority_of(chain: Path) -> str | None:
    """The last certificate of a chain (PEM) where it is an authority's own; None for chains that end elsewhere."""
    last = _read_chain(chain)[-1]
    return _pem(last).decode() if last.issuer == last.subject else None


def pin_of(chain: Path) -> str | None:
    """The pin of the authority at the end of a chain: SHA-256 of its DER, or None."""
    last = _read_chain(chain)[-1]
    return _pin(last) if last.issuer == last.subject else None


def _read_chain(path: Path) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(path.read_bytes())
    except OSError as error:
        raise CollectorError(str(path), f"cannot be read: {error.strerror}", "name the certificate chain") from error
    except ValueError as error:
        raise CollectorError(str(path), "has no certificates", "name a file of PEM certificates") from error


def _load_authority(directory: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    cert, key_file = directory / "ca.pem", directory / "ca.key"
    if not (cert.exists() and key_file.exists()):
        return None
    try:
        key = serialization.load_pem_private_key(key_file.read_bytes(), None)
    except (ValueError, TypeError) as error:
        raise CollectorError(str(key_file), "is no private key that can be used", "move it away and repeat") from error
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise CollectorError(str(key_file), "is no key of an elliptic curve", "move it away and repeat")
    return _read_chain(cert)[0], key


def _make_authority(directory: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Rongdun collector authority")])
    usage = x509.KeyUsage(
        digital_signature=False,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=True,
        encipher_only=False,
        decipher_only=False,
    )
    certificate = (
        _builder(name, name, key.public_key(), now, timedelta(days=365 * AUTHORITY_YEARS))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    _write_key(directory / "ca.key", key)
    (directory / "ca.pem").write_bytes(_pem(certificate))
    return certificate, key


def _server_certificate(
    authority: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    public_key: ec.EllipticCurvePublicKey,
    names: Sequence[str],
    now: datetime,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0][:64])])
    return (
        _builder(subject, authority.subject, public_key, now, timedelta(days=SERVER_DAYS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public_key), critical=False)
        .sign(key, hashes.SHA256())
    )


def _builder(
    subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey, now: datetime, valid: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))  # hosts whose clock is behind
        .not_valid_after(now + valid)
    )


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name.encode("idna").decode())


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    data = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        stream.write(data)


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _pin(certificate: x509.Certificate) -> str:
    return hashlib.sha256(certificate.public_bytes(serialization.Encoding.DER)).hexdigest()
