// Speaks the daemon's HTTP API: JSON in, JSON or a coded refusal out.
//
// Owns one kept-alive connection; can be moved, not copied; one thread at a time. Blocks: 5 s to connect,
// 30 s for an answer unless its function says otherwise.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "protocol/base/result.h"

namespace redress::tool {

struct ClientOptions {
  std::string url = "http://127.0.0.1:7700";  // http to loopback only; https. Without a path.
  std::string ca_file{};                      // https: the PEM certificate to trust, and no other. Empty: the system's.
  std::string server_name{};  // https: the name in the certificate, if it is not the URL's host, as on loopback.
  std::string token{};        // Sent as a bearer token if given.
  std::string language{};     // Of the daemon's messages: "zh", "en".
  std::function<std::optional<Code>(std::string_view)> code_named{};  // The catalogue of code names.
  int answer_within_s = 30;                                           // No byte for so long: unreachable.
};

class Client {
 public:
  // Connects at the first request. Fails with bad_config, naming the option in Error::field.
  [[nodiscard]] static Result<Client> open(ClientOptions options);

  Client(Client&&) noexcept;
  Client& operator=(Client&&) noexcept;
  ~Client();

  // The answer's JSON (null if it has no body). `path` starts with '/' and is percent-encoded.
  //
  // A refusal is returned with its own code, the field at fault in Error::field; if its code is not in the catalogue,
  // with the code nearest to the HTTP status. Else fails with unreachable: refused, timed out or cut off, so that a
  // post may or may not have taken effect; malformed: an answer that is not JSON; too_large: over 16 MiB.
  [[nodiscard]] Result<nlohmann::json> get(const std::string& path);
  // A request that finds its kept connection dead is sent once more, with the same `idempotency_key`.
  [[nodiscard]] Result<nlohmann::json> post(const std::string& path, const nlohmann::json& body,
                                            const std::string& idempotency_key);

  // Like post, for work that takes as long as the store is large: waits up to a day for the answer.
  [[nodiscard]] Result<nlohmann::json> post_long(const std::string& path, const nlohmann::json& body,
                                                 const std::string& idempotency_key);

  // Deletes what the path names.
  [[nodiscard]] Result<nlohmann::json> remove(const std::string& path);

  enum class Registered { now, earlier };
  // Posts a new case. `earlier`: the daemon holds it already under this key. Fails as post does.
  [[nodiscard]] Result<Registered> register_case(const nlohmann::json& body, const std::string& idempotency_key);

 private:
  class Connection;
  explicit Client(std::unique_ptr<Connection> connection);

  std::unique_ptr<Connection> connection_;
};

// One segment of a path, or one value of a query, percent-encoded.
[[nodiscard]] std::string escaped(const std::string& segment);

}  // namespace redress::tool
