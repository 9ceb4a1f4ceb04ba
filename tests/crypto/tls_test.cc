#include "crypto/tls.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>

#include <ctime>

#include "crypto/openssl.h"
#include "tests/crypto/fixture.h"

namespace redress::crypto {
namespace {

using OwnedContext = Owned<SSL_CTX, &SSL_CTX_free>;
using OwnedSession = Owned<SSL, &SSL_free>;

struct Files {
  Folder folder;
  std::string cert = folder.file("cert.pem");
  std::string key = folder.file("key.pem");
};

OwnedCertificate certificate_in(const std::string& path) {
  const OwnedBio bio{BIO_new_file(path.c_str(), "r")};
  REQUIRE(bio != nullptr);
  OwnedCertificate certificate{PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr)};
  REQUIRE(certificate != nullptr);
  return certificate;
}

// A server and a client joined in memory.
class Pair {
 public:
  Pair(const TlsServer& server, int version_max, const std::string& trusted, const std::string& name)
      : client_context_{SSL_CTX_new(TLS_client_method())} {
    SSL_CTX_set_max_proto_version(client_context_.get(), version_max);
    SSL_CTX_set_min_proto_version(client_context_.get(), TLS1_VERSION);
    // Else the client itself would not offer what the server has to refuse.
    SSL_CTX_set_security_level(client_context_.get(), 0);
    SSL_CTX_set_verify(client_context_.get(), SSL_VERIFY_PEER, nullptr);
    REQUIRE(SSL_CTX_load_verify_file(client_context_.get(), trusted.c_str()) == 1);
    server_.reset(SSL_new(static_cast<SSL_CTX*>(server.native())));
    client_.reset(SSL_new(client_context_.get()));
    BIO* near_end = nullptr;
    BIO* far_end = nullptr;
    REQUIRE(BIO_new_bio_pair(&near_end, 0, &far_end, 0) == 1);
    SSL_set_bio(server_.get(), near_end, near_end);
    SSL_set_bio(client_.get(), far_end, far_end);
    SSL_set_accept_state(server_.get());
    SSL_set_connect_state(client_.get());
    REQUIRE(SSL_set1_host(client_.get(), name.c_str()) == 1);
  }
  bool shake_hands() {
    for (int turn = 0; turn < 20; ++turn) {
      const int client = SSL_do_handshake(client_.get());
      const int server = SSL_do_handshake(server_.get());
      if (client == 1 && server == 1) return true;
    }
    ERR_clear_error();
    return false;
  }
  SSL* client() { return client_.get(); }
  // As if the client's clock were off by so much.
  void set_clock_ahead(std::int64_t seconds) {
    X509_VERIFY_PARAM_set_time(SSL_get0_param(client_.get()), std::time(nullptr) + seconds);
  }

 private:
  OwnedContext client_context_;
  OwnedSession server_;
  OwnedSession client_;
};

}  // namespace

TEST_CASE("Tls: a certificate names what it was asked for, and its key is private") {
  const Files files;
  REQUIRE(
      make_self_signed(files.cert, files.key, {"gateway.bank.example", "192.0.2.7", "2001:db8::7", "localhost"}, 30));
  CHECK(mode_of(files.key) == 0600);
  CHECK(mode_of(files.cert) == 0644);
  const auto certificate = certificate_in(files.cert);
  CHECK(X509_check_host(certificate.get(), "gateway.bank.example", 0, 0, nullptr) == 1);
  CHECK(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr) == 1);
  CHECK(X509_check_host(certificate.get(), "other.bank.example", 0, 0, nullptr) == 0);
  CHECK(X509_check_ip_asc(certificate.get(), "192.0.2.7", 0) == 1);
  CHECK(X509_check_ip_asc(certificate.get(), "2001:db8::7", 0) == 1);
  CHECK(X509_check_ip_asc(certificate.get(), "192.0.2.8", 0) == 0);
  CHECK(X509_check_ca(certificate.get()) == 0);
  CHECK(X509_cmp_current_time(X509_get0_notBefore(certificate.get())) < 0);
  CHECK(X509_cmp_current_time(X509_get0_notAfter(certificate.get())) > 0);
}

TEST_CASE("Tls: a certificate holds for a client whose clock is years behind or ahead, until its days are over") {
  constexpr std::int64_t year_s = std::int64_t{365} * 86'400;
  const Files files;
  REQUIRE(make_self_signed(files.cert, files.key, {"localhost"}, 3650));
  const auto server = TlsServer::open(files.cert, files.key);
  REQUIRE(server);
  const auto holds_at = [&](std::int64_t seconds) {
    Pair pair{**server, TLS1_3_VERSION, files.cert, "localhost"};
    pair.set_clock_ahead(seconds);
    return pair.shake_hands();
  };
  for (const std::int64_t years : {-9, -1, 0, 1, 9}) {
    INFO(years);
    CHECK(holds_at(years * year_s));
  }
  CHECK_FALSE(holds_at(11 * year_s));
  CHECK_FALSE(holds_at(-11 * year_s));
}

TEST_CASE("Tls: two certificates have two keys and two serial numbers") {
  const Files files;
  REQUIRE(make_self_signed(files.cert, files.key, {"localhost"}, 30));
  const auto first = certificate_in(files.cert);
  const auto first_print = fingerprint_of(files.cert);
  REQUIRE(make_self_signed(files.cert, files.key, {"localhost"}, 30));
  const auto second = certificate_in(files.cert);
  CHECK(ASN1_INTEGER_cmp(X509_get0_serialNumber(first.get()), X509_get0_serialNumber(second.get())) != 0);
  CHECK(EVP_PKEY_eq(X509_get0_pubkey(first.get()), X509_get0_pubkey(second.get())) == 0);
  CHECK(*first_print != *fingerprint_of(files.cert));
}

TEST_CASE("Tls: what is no name and no address is refused, and nothing is written") {
  const Files files;
  const std::vector<std::string> names = GENERATE(
      std::vector<std::string>{}, std::vector<std::string>{""}, std::vector<std::string>{"a b"},
      std::vector<std::string>{"localhost", "a,IP:10.0.0.1"}, std::vector<std::string>{"192.0.2.700"},
      std::vector<std::string>{"-a"}, std::vector<std::string>{"银行"},
      std::vector<std::string>{std::string("a\0b", 3)}, std::vector<std::string>{std::string("192.0.2.7\0b", 11)},
      std::vector<std::string>{std::string(254, 'a')}, std::vector<std::string>(65, "a"));
  CHECK(code_of(make_self_signed(files.cert, files.key, names, 30)) == Code::bad_value);
  CHECK_FALSE(std::filesystem::exists(files.cert));
  CHECK_FALSE(std::filesystem::exists(files.key));
}

TEST_CASE("Tls: days are within ten years, and a folder that is not there is said") {
  const Files files;
  CHECK(code_of(make_self_signed(files.cert, files.key, {"localhost"}, 0)) == Code::bad_value);
  CHECK(code_of(make_self_signed(files.cert, files.key, {"localhost"}, 3651)) == Code::bad_value);
  CHECK(code_of(make_self_signed(files.cert, files.folder.file("no/key"), {"localhost"}, 30)) == Code::io);
}

TEST_CASE("Tls: the fingerprint is the SHA-256 of a certificate, in pairs") {
  const Folder folder;
  // A certificate made by the openssl command, and the fingerprint the command prints.
  put(folder.file("cert.pem"), view_of(R"(-----BEGIN CERTIFICATE-----
MIIBgjCCASmgAwIBAgIUZs5iA/EA9Soy9+XWlifM9jPH0+kwCgYIKoZIzj0EAwIw
FzEVMBMGA1UEAwwMcmVkcmVzcy10ZXN0MB4XDTI2MTEyMjAwMzg1NVoXDTM2MTEx
OTAwMzg1NVowFzEVMBMGA1UEAwwMcmVkcmVzcy10ZXN0MFkwEwYHKoZIzj0CAQYI
KoZIzj0DAQcDQgAEZC+E5eAsT2lK7858bVD32OxCehHoDIiIqcs5kZA6V0moH17u
Xt0xCqB76jG1Eo1D4Hzv1eTG+WBJE3Udxhmq16NTMFEwHQYDVR0OBBYEFMMOhcIv
DeM3I4i9jFOJg9OPTaVnMB8GA1UdIwQYMBaAFMMOhcIvDeM3I4i9jFOJg9OPTaVn
MA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgZFn3ADr58q5dWDoc
i/qrWAe55auim9wDxl35GVXLXMcCICrhJgO6Ho6qWVCWYpF7ChlZbY3XveYsJduQ
rN8B5iFm
-----END CERTIFICATE-----
)"));
  const auto print = fingerprint_of(folder.file("cert.pem"));
  REQUIRE(print);
  CHECK(*print == "20:CA:AB:EB:B7:D4:9E:A5:62:C0:1E:70:A0:87:90:FE:D5:15:20:B6:D6:C2:73:81:B8:3E:E9:CE:85:48:5D:3B");
  put(folder.file("text"), view_of("no certificate"));
  CHECK(code_of(fingerprint_of(folder.file("text"))) == Code::malformed);
  CHECK(code_of(fingerprint_of(folder.file("none"))) == Code::not_found);
}

TEST_CASE("Tls: versions 1.2 and 1.3 are served, older ones are not") {
  const Files files;
  REQUIRE(make_self_signed(files.cert, files.key, {"localhost"}, 30));
  const auto server = TlsServer::open(files.cert, files.key);
  REQUIRE(server);
  CHECK(Pair{**server, TLS1_3_VERSION, files.cert, "localhost"}.shake_hands());
  CHECK(Pair{**server, TLS1_2_VERSION, files.cert, "localhost"}.shake_hands());
  CHECK_FALSE(Pair{**server, TLS1_1_VERSION, files.cert, "localhost"}.shake_hands());
  CHECK_FALSE(Pair{**server, TLS1_3_VERSION, files.cert, "another"}.shake_hands());
}

TEST_CASE("Tls: no session can be resumed and none renegotiated") {
  const Files files;
  REQUIRE(make_self_signed(files.cert, files.key, {"localhost"}, 30));
  const auto server = TlsServer::open(files.cert, files.key);
  REQUIRE(server);
  const int version = GENERATE(TLS1_2_VERSION, TLS1_3_VERSION);
  Pair pair{**server, version, files.cert, "localhost"};
  REQUIRE(pair.shake_hands());
  // In 1.3 a ticket comes with the first read after the handshake.
  char byte = 0;
  CHECK(SSL_read(pair.client(), &byte, 1) <= 0);
  CHECK(SSL_SESSION_is_resumable(SSL_get0_session(pair.client())) == 0);
  if (version == TLS1_2_VERSION) {
    REQUIRE(SSL_renegotiate(pair.client()) == 1);
    CHECK_FALSE(pair.shake_hands());
  }
}

TEST_CASE("Tls: a server does not start with files that do not fit") {
  const Files files;
  const Files other;
  REQUIRE(make_self_signed(files.cert, files.key, {"localhost"}, 30));
  REQUIRE(make_self_signed(other.cert, other.key, {"localhost"}, 30));
  const auto open = [](const std::string& cert, const std::string& key) { return code_of(TlsServer::open(cert, key)); };
  CHECK(open(files.cert, other.key) == Code::bad_value);
  CHECK(open(files.key, files.key) == Code::malformed);
  CHECK(open(files.cert, files.cert) == Code::malformed);
  CHECK(open(files.folder.file("none"), files.key) == Code::not_found);
  CHECK(open(files.cert, files.folder.file("none")) == Code::not_found);
  CHECK(ERR_peek_error() == 0);
}

}  // namespace redress::crypto
