// In the place of libcrypto's scrypt, in the programs that are started some thousand times: of a passphrase that
// stands in a file beside the keystore it protects nothing, and it was more than half of all they did. Everything else
// about a keystore is as it ships, but only programs with this in them open one that they have made.
#include <openssl/evp.h>

extern "C" int EVP_PBE_scrypt(const char* passphrase, size_t passphrase_size, const unsigned char* salt,
                              size_t salt_size, uint64_t /*n*/, uint64_t /*block*/, uint64_t /*parallel*/,
                              uint64_t /*memory_max*/, unsigned char* key, size_t key_size) {
  return ::PKCS5_PBKDF2_HMAC(passphrase, static_cast<int>(passphrase_size), salt, static_cast<int>(salt_size), 1,
                             ::EVP_sha256(), static_cast<int>(key_size), key);
}
