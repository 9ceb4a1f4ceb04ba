// Owning pointers to OpenSSL's objects. Seen by the .cc files of this folder only.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

#include <memory>

#include "protocol/base/bytes.h"

namespace redress::crypto {

template <auto free_function>
struct FreeWith {
  template <typename T>
  void operator()(T* object) const noexcept {
    free_function(object);
  }
};
template <typename T, auto free_function>
using Owned = std::unique_ptr<T, FreeWith<free_function>>;

using OwnedKey = Owned<EVP_PKEY, &EVP_PKEY_free>;
using OwnedKeyContext = Owned<EVP_PKEY_CTX, &EVP_PKEY_CTX_free>;
using OwnedCipherContext = Owned<EVP_CIPHER_CTX, &EVP_CIPHER_CTX_free>;
using OwnedBio = Owned<BIO, &BIO_free_all>;
using OwnedCertificate = Owned<X509, &X509_free>;

[[nodiscard]] inline const unsigned char* octets(ByteView view) noexcept {
  return reinterpret_cast<const unsigned char*>(view.data());
}
[[nodiscard]] inline unsigned char* writable_octets(std::span<std::byte> out) noexcept {
  return reinterpret_cast<unsigned char*>(out.data());
}

}  // namespace redress::crypto
