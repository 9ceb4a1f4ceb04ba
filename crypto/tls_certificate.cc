// make_self_signed(): the certificate a new installation begins with.

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <algorithm>

#include "crypto/openssl.h"
#include "crypto/private_file.h"
#include "crypto/random.h"
#include "crypto/tls.h"
#include "protocol/base/assert.h"

namespace redress::crypto {
namespace {

constexpr std::size_t names_max = 64;
constexpr std::size_t dns_bytes_max = 253;
constexpr std::size_t common_name_bytes_max = 64;
constexpr int days_max = 3650;
constexpr long day_s = 24L * 60 * 60;
// The clock with which it is made may be years ahead of those that check it.
constexpr long days_before = 3650;

using OwnedNames = Owned<GENERAL_NAMES, &GENERAL_NAMES_free>;
using OwnedAddress = Owned<ASN1_OCTET_STRING, &ASN1_OCTET_STRING_free>;
using OwnedExtension = Owned<X509_EXTENSION, &X509_EXTENSION_free>;

bool is_dns_name(std::string_view name) {
  const auto allowed = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
  };
  if (name.empty() || name.size() > dns_bytes_max || name.front() == '.' || name.front() == '-') return false;
  if (!std::all_of(name.begin(), name.end(), allowed)) return false;
  // No top-level domain is a number, so this is an address with a slip of the pen.
  const auto last_letter = name.find_last_not_of("0123456789");
  return last_letter + 1 == name.size() || (last_letter != std::string_view::npos && name[last_letter] != '.');
}

// Nothing if `name` is neither an address nor a DNS name.
GENERAL_NAME* general_name(const std::string& name) {
  // The library stops reading at a NUL, which is in no address.
  OwnedAddress address{name.find('\0') == std::string::npos ? a2i_IPADDRESS(name.c_str()) : nullptr};
  ERR_clear_error();
  if (address == nullptr && !is_dns_name(name)) return nullptr;
  GENERAL_NAME* const out = GENERAL_NAME_new();
  REDRESS_ASSERT(out != nullptr);
  if (address != nullptr) {
    GENERAL_NAME_set0_value(out, GEN_IPADD, address.release());
    return out;
  }
  ASN1_IA5STRING* const text = ASN1_IA5STRING_new();
  REDRESS_ASSERT(text != nullptr && ASN1_STRING_set(text, name.data(), static_cast<int>(name.size())) == 1);
  GENERAL_NAME_set0_value(out, GEN_DNS, text);
  return out;
}

Result<OwnedNames> general_names(const std::vector<std::string>& names) {
  if (names.empty() || names.size() > names_max) {
    return fail(Code::bad_value, "make certificate names=" + std::to_string(names.size()), "names");
  }
  OwnedNames out{GENERAL_NAMES_new()};
  REDRESS_ASSERT(out != nullptr);
  for (const std::string& name : names) {
    GENERAL_NAME* const one = general_name(name);
    if (one == nullptr) return fail(Code::bad_value, "make certificate reason=neither_dns_name_nor_address", "names");
    REDRESS_ASSERT(sk_GENERAL_NAME_push(out.get(), one) > 0);
  }
  return out;
}

void add_extension(X509* certificate, int kind, const char* value) {
  X509V3_CTX context;
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const OwnedExtension extension{X509V3_EXT_conf_nid(nullptr, &context, kind, value)};
  REDRESS_ASSERT(extension != nullptr && X509_add_ext(certificate, extension.get(), -1) == 1);
}

void set_serial(X509* certificate) {
  std::array<std::byte, 16> serial{};
  SystemRandom{}.fill(serial);
  // Positive, and never shorter than 16 bytes.
  serial[0] = (serial[0] & std::byte{0x7F}) | std::byte{0x40};
  const Owned<BIGNUM, &BN_free> number{BN_bin2bn(octets(ByteView{serial}), static_cast<int>(serial.size()), nullptr)};
  REDRESS_ASSERT(number != nullptr && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr);
}

OwnedCertificate sign_certificate(EVP_PKEY* key, GENERAL_NAMES* names, const std::string& first_name, int days) {
  OwnedCertificate certificate{X509_new()};
  REDRESS_ASSERT(certificate != nullptr && X509_set_version(certificate.get(), X509_VERSION_3) == 1);
  set_serial(certificate.get());
  REDRESS_ASSERT(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -day_s * days_before) != nullptr);
  REDRESS_ASSERT(X509_gmtime_adj(X509_getm_notAfter(certificate.get()), day_s * days) != nullptr);
  REDRESS_ASSERT(X509_set_pubkey(certificate.get(), key) == 1);
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  const std::string common_name = first_name.substr(0, common_name_bytes_max);
  REDRESS_ASSERT(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, octets(view_of(common_name)),
                                            static_cast<int>(common_name.size()), -1, 0) == 1);
  REDRESS_ASSERT(X509_set_issuer_name(certificate.get(), subject) == 1);
  REDRESS_ASSERT(X509_add1_ext_i2d(certificate.get(), NID_subject_alt_name, names, 0, X509V3_ADD_DEFAULT) == 1);
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
  add_extension(certificate.get(), NID_subject_key_identifier, "hash");
  REDRESS_ASSERT(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  return certificate;
}

SecretBytes content_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  const ByteView view = view_of(std::string_view{data, static_cast<std::size_t>(size)});
  return {view.begin(), view.end()};
}

// In OpenSSL's wiped memory, as it carries the private key too.
OwnedBio new_memory() {
  OwnedBio bio{BIO_new(BIO_s_secmem())};
  REDRESS_ASSERT(bio != nullptr);
  return bio;
}

}  // namespace

Status make_self_signed(const std::string& cert_path, const std::string& key_path,
                        const std::vector<std::string>& names, int days) {
  if (days < 1 || days > days_max)
    return fail(Code::bad_value, "make certificate days=" + std::to_string(days), "days");
  const auto alternatives = general_names(names);
  if (!alternatives) return fail(alternatives.error());
  const OwnedKey key{EVP_EC_gen("P-256")};
  REDRESS_ASSERT(key != nullptr);
  const OwnedCertificate certificate = sign_certificate(key.get(), alternatives->get(), names.front(), days);

  const OwnedBio key_pem = new_memory();
  REDRESS_ASSERT(PEM_write_bio_PKCS8PrivateKey(key_pem.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1);
  const OwnedBio certificate_pem = new_memory();
  REDRESS_ASSERT(PEM_write_bio_X509(certificate_pem.get(), certificate.get()) == 1);
  if (auto written = replace_file(key_path, content_of(key_pem.get()), Access::owner_only); !written) return written;
  return replace_file(cert_path, content_of(certificate_pem.get()), Access::everyone_reads);
}

}  // namespace redress::crypto
