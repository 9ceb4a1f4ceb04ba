// TLS for the HTTP door: a server context with the safe settings, and a certificate to begin with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "protocol/base/result.h"

namespace redress::crypto {

// Makes a P-256 key (mode 0600) and a certificate for `names` (DNS names or IP addresses), valid from ten years ago,
// as the clock of whoever makes it or checks it may be years off, until `days` from now. Existing files are replaced.
// Fails with bad_value if there is no name, if one is neither, or if `days` is not in 1..3650; io.
[[nodiscard]] Status make_self_signed(const std::string& cert_path, const std::string& key_path,
                                      const std::vector<std::string>& names, int days);

// SHA-256 of the first certificate in a PEM file: "AB:CD:…", 32 pairs. Fails with not_found, io, malformed.
[[nodiscard]] Result<std::string> fingerprint_of(const std::string& cert_path);

// TLS 1.2 and later, no renegotiation, no compression, no session cache, no tickets. A resource; after open() it does
// not change, so connections of several threads may share it. It must outlive them.
class TlsServer {
 public:
  // Fails with not_found or io if a file cannot be read, malformed if it is not PEM, bad_value if the key is not the
  // certificate's.
  [[nodiscard]] static Result<std::unique_ptr<TlsServer>> open(const std::string& cert_path,
                                                               const std::string& key_path);
  ~TlsServer();
  TlsServer(const TlsServer&) = delete;
  TlsServer& operator=(const TlsServer&) = delete;

  // The SSL_CTX*, for the HTTP door; owned by this object.
  [[nodiscard]] void* native() const noexcept;

 private:
  struct Context;
  explicit TlsServer(std::unique_ptr<const Context> context);
  const std::unique_ptr<const Context> context_;
};

}  // namespace redress::crypto
