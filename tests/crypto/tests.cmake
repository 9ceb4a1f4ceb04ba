redress_tests(
  crypto
  DEPENDS crypto OpenSSL::SSL PkgConfig::ZSTD
  FILES
    crypto/derive_test.cc
    crypto/digest_test.cc
    crypto/gcm_test.cc
    crypto/identity_test.cc
    crypto/keystore_test.cc
    crypto/private_file_test.cc
    crypto/random_test.cc
    crypto/scatter_test.cc
    crypto/seal_test.cc
    crypto/secret_test.cc
    crypto/suite_intl_test.cc
    crypto/tls_test.cc
    crypto/token_test.cc
    crypto/wipe_later_test.cc)
