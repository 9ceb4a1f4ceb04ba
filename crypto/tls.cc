#include "crypto/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include "crypto/openssl.h"
#include "crypto/private_file.h"
#include "protocol/base/assert.h"
#include "protocol/base/limits.h"

namespace redress::crypto {
namespace {

using OwnedTlsContext = Owned<SSL_CTX, &SSL_CTX_free>;

constexpr std::size_t pem_bytes_max = 256 * limits::kib;

// Refuses to ask the terminal for a passphrase.
int no_passphrase(char*, int, int, void*) { return -1; }

OwnedBio bio_over(ByteView bytes) {
  OwnedBio bio{BIO_new_mem_buf(bytes.data(), static_cast<int>(bytes.size()))};
  REDRESS_ASSERT(bio != nullptr);
  return bio;
}

Unexpected<Error> refused(Code code, std::string_view act, const std::string& path) {
  ERR_clear_error();
  return fail(code, std::string{act}, path);
}

void harden(SSL_CTX* context) {
  REDRESS_ASSERT(SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) == 1);
  SSL_CTX_set_options(
      context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  REDRESS_ASSERT(SSL_CTX_set_num_tickets(context, 0) == 1);
  // For TLS 1.2: forward secrecy and authenticated encryption only, as in 1.3.
  REDRESS_ASSERT(SSL_CTX_set_cipher_list(context, "ECDHE+AESGCM:ECDHE+CHACHA20") == 1);
}

// The first certificate is the server's, later ones its chain.
Status use_certificates(SSL_CTX* context, const std::string& path) {
  const auto pem = read_file(path, pem_bytes_max, Access::everyone_reads);
  if (!pem) return fail(pem.error());
  const OwnedBio bio = bio_over(*pem);
  const OwnedCertificate own{PEM_read_bio_X509(bio.get(), nullptr, &no_passphrase, nullptr)};
  if (own == nullptr) return refused(Code::malformed, "read certificate", path);
  if (SSL_CTX_use_certificate(context, own.get()) != 1) return refused(Code::bad_value, "use certificate", path);
  while (X509* const next = PEM_read_bio_X509(bio.get(), nullptr, &no_passphrase, nullptr)) {
    REDRESS_ASSERT(SSL_CTX_add0_chain_cert(context, next) == 1);
  }
  ERR_clear_error();
  return Done{};
}

Status use_key(SSL_CTX* context, const std::string& path) {
  const auto pem = read_file(path, pem_bytes_max, Access::everyone_reads);
  if (!pem) return fail(pem.error());
  const OwnedKey key{PEM_read_bio_PrivateKey(bio_over(*pem).get(), nullptr, &no_passphrase, nullptr)};
  if (key == nullptr) return refused(Code::malformed, "read private key", path);
  if (SSL_CTX_use_PrivateKey(context, key.get()) != 1 || SSL_CTX_check_private_key(context) != 1) {
    return refused(Code::bad_value, "use private key reason=not_of_this_certificate", path);
  }
  return Done{};
}

}  // namespace

struct TlsServer::Context {
  OwnedTlsContext tls;
};

TlsServer::TlsServer(std::unique_ptr<const Context> context) : context_{std::move(context)} {}
TlsServer::~TlsServer() = default;
void* TlsServer::native() const noexcept { return context_->tls.get(); }

Result<std::unique_ptr<TlsServer>> TlsServer::open(const std::string& cert_path, const std::string& key_path) {
  OwnedTlsContext tls{SSL_CTX_new(TLS_server_method())};
  REDRESS_ASSERT(tls != nullptr);
  harden(tls.get());
  if (auto used = use_certificates(tls.get(), cert_path); !used) return fail(used.error());
  if (auto used = use_key(tls.get(), key_path); !used) return fail(used.error());
  return std::unique_ptr<TlsServer>{new TlsServer{std::make_unique<const Context>(Context{std::move(tls)})}};
}

Result<std::string> fingerprint_of(const std::string& cert_path) {
  const auto pem = read_file(cert_path, pem_bytes_max, Access::everyone_reads);
  if (!pem) return fail(pem.error());
  const OwnedCertificate certificate{PEM_read_bio_X509(bio_over(*pem).get(), nullptr, &no_passphrase, nullptr)};
  if (certificate == nullptr) return refused(Code::malformed, "read certificate", cert_path);
  Digest digest;
  unsigned size = 0;
  REDRESS_ASSERT(X509_digest(certificate.get(), EVP_sha256(), writable_octets(digest.bytes), &size) == 1);
  REDRESS_ASSERT(size == Digest::size);
  const std::string hex = to_hex(digest.bytes);
  std::string text;
  for (std::size_t at = 0; at < hex.size(); ++at) {
    if (at > 0 && at % 2 == 0) text += ':';
    text += hex[at] >= 'a' ? static_cast<char>(hex[at] - 'a' + 'A') : hex[at];
  }
  return text;
}

}  // namespace redress::crypto
