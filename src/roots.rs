//! The certificate authorities that are trusted when this server calls another.
//!
//! The first of these that there is: what `SSL_CERT_FILE` and `SSL_CERT_DIR` name; those of the system; on a machine without any,
//! such as a minimal container, Mozilla's, which are compiled in.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls_native_certs::CertificateResult;

/// Authorities were named or found, and not one could be read. Mozilla's in their place might be more than the operator trusts.
#[derive(Debug, thiserror::Error)]
#[error(
    "no certificate authority can be read ({0}); check SSL_CERT_FILE and SSL_CERT_DIR, or unset them"
)]
pub struct Unreadable(String);

/// The authorities as certificates (DER).
///
/// # Errors
/// [`Unreadable`]
pub fn authorities() -> Result<Vec<Vec<u8>>, Unreadable> {
    first(
        rustls_native_certs::load_native_certs(),
        webpki_root_certs::TLS_SERVER_ROOT_CERTS,
    )
}

/// The same as text (PEM), for a library that takes no other form.
///
/// # Errors
/// [`Unreadable`]
pub fn authorities_as_pem() -> Result<String, Unreadable> {
    Ok(pem(&authorities()?))
}

/// RFC 7468.
fn pem(certificates: &[Vec<u8>]) -> String {
    let mut text = String::new();
    for certificate in certificates {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        text.push_str(&STANDARD.encode(certificate));
        text.push_str("\n-----END CERTIFICATE-----\n");
    }
    text
}

fn first<C: AsRef<[u8]>>(
    found: CertificateResult,
    compiled_in: &[C],
) -> Result<Vec<Vec<u8>>, Unreadable> {
    let CertificateResult { certs, errors, .. } = found;
    for error in &errors {
        tracing::debug!(%error, "a certificate authority cannot be read");
    }
    if certs.is_empty()
        && let Some(error) = errors.first()
    {
        return Err(Unreadable(error.to_string()));
    }
    if !certs.is_empty() {
        // Old systems carry some that were never meant for the web, and one of them would spoil all.
        let mut store = RootCertStore::empty();
        let usable = certs
            .iter()
            .filter(|cert| store.add((*cert).clone()).is_ok());
        return Ok(usable.map(|cert| cert.to_vec()).collect());
    }
    tracing::debug!("the system has no certificate authorities: trusting Mozilla's");
    Ok(compiled_in
        .iter()
        .map(|cert| cert.as_ref().to_vec())
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMPILED_IN: [&[u8]; 1] = [b"Mozilla's"];

    fn found(file: &std::path::Path) -> CertificateResult {
        rustls_native_certs::load_certs_from_paths(Some(file), None)
    }

    #[test]
    fn the_text_holds_every_certificate() {
        use rustls::pki_types::CertificateDer;
        use rustls::pki_types::pem::PemObject as _;
        let certificates: Vec<Vec<u8>> = webpki_root_certs::TLS_SERVER_ROOT_CERTS
            .iter()
            .map(|certificate| certificate.to_vec())
            .collect();
        let text = pem(&certificates);
        let read: Vec<Vec<u8>> = CertificateDer::pem_slice_iter(text.as_bytes())
            .map(|certificate| certificate.unwrap().to_vec())
            .collect();
        assert!(read == certificates && read.len() > 50);
    }

    #[test]
    fn a_machine_without_authorities_trusts_those_that_are_compiled_in() {
        let trusted = first(CertificateResult::default(), &COMPILED_IN).unwrap();
        assert_eq!(trusted, [b"Mozilla's"]);
    }

    #[test]
    fn a_file_that_is_named_and_not_there_is_no_reason_to_trust_others() {
        let missing = std::path::Path::new("/nonexistent/authorities.pem");
        let refused = first(found(missing), &COMPILED_IN).unwrap_err().to_string();
        assert!(
            refused.contains("/nonexistent/authorities.pem"),
            "{refused}"
        );
        assert!(refused.contains("SSL_CERT_FILE"), "{refused}");
    }

    #[test]
    fn what_is_no_certificate_of_an_authority_is_left_out() {
        let genuine = webpki_root_certs::TLS_SERVER_ROOT_CERTS[0].clone();
        let mut found = CertificateResult::default();
        found.certs = vec![b"no certificate".to_vec().into(), genuine.clone()];
        let trusted = first(found, &COMPILED_IN).unwrap();
        assert_eq!(trusted, [genuine.to_vec()]);
    }

    #[test]
    fn what_is_compiled_in_are_the_authorities_of_the_web() {
        let compiled_in = webpki_root_certs::TLS_SERVER_ROOT_CERTS;
        assert!(compiled_in.len() > 100);
        let mut store = RootCertStore::empty();
        for certificate in compiled_in {
            store.add(certificate.clone()).unwrap();
        }
    }
}
