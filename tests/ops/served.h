// A program's daemon in this process, with a home of its own; the test turns the loop that commits.
//
// A resource of the test's thread; the door and the follower have their own. Every wait ends with an event, or fails
// the test after 20 s.
#pragma once

#include <poll.h>
#include <stdlib.h>

#include <catch2/catch.hpp>
#include <deque>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "crypto/random.h"
#include "ops/shell/daemon.h"
#include "tests/ops/raw_client.h"

namespace redress::shell {

class TempFolder {
 public:
  TempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "redress_XXXXXX").string();
    REQUIRE(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;
  ~TempFolder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct Reply {
  int status = 0;
  std::string type;
  std::string text;
  nlohmann::json body;  // discarded if the text is not JSON
};

// One secret for whoever asks.
class OneSecret final : public store::Pairwise {
 public:
  [[nodiscard]] std::optional<crypto::Key32> with(SiteId) const override {
    crypto::Key32 key;
    key.bytes()[0] = std::byte{7};
    return key;
  }
};

class Served {
 public:
  // Routes of the program's own are added in `more`, before the door opens; what lies in the home, in `before`; what
  // the configuration says besides, in `configure`.
  explicit Served(SiteId site = SiteId{11}, DaemonOptions options = {}, const std::function<void(Served&)>& more = {},
                  const std::function<void(const Home&)>& before = {},
                  const std::function<void(Config&)>& configure = {}) {
    home.folder = folder.path();
    home.config.role = site == head_office ? Role::gateway : Role::branch;
    home.config.site.id = site;
    home.config.site.name = "test";
    home.config.door.listen = "127.0.0.1:0";
    home.config.store.journal_map_mib = home.config.store.views_map_mib = 64;
    home.keys.site = site;
    home.keys.network.bytes.fill(std::byte{9});
    home.keys.keys = crypto::make_site_keys(random);
    auto desk = issue_token(home.path(tokens_file), {StaffId{31}, Duty::casework}, random);
    auto ops = issue_token(home.path(tokens_file), {StaffId{32}, Duty::operations}, random);
    auto opened = Log::open(LogLevel::error, folder / "log");
    REQUIRE((desk && ops && opened));
    desk_token = *desk;
    ops_token = *ops;
    log = std::move(*opened);
    if (options.pairwise == nullptr) options.pairwise = &secret_;
    if (!options.signing_keys_of)
      options.signing_keys_of = [this, site](SiteId who) {
        return who == site ? std::vector{home.keys.keys.signing.public_key} : std::vector<PublicKey>{};
      };
    if (configure) configure(home.config);
    if (before) before(home);
    auto made = Daemon::open(home, options, *log);
    INFO((made ? "" : made.error().what));
    REQUIRE(made.has_value());
    daemon = std::move(*made);
    if (more) more(*this);
    REQUIRE(daemon->serve([] {}).has_value());
  }

  // What the loop does in a turn: commits what was asked, tells each, and then the readers.
  void turn() {
    daemon->wake().drain();
    for (Command& command : daemon->commands().take_all()) taken_.push_back(std::move(command));
    if (taken_.size() < together) return;
    for (Command& command : std::exchange(taken_, {})) {
      if (refuse_with) {
        command.tell(fail(*refuse_with, "planted"));
        continue;
      }
      const auto outcomes =
          daemon->site().commit({std::move(command.append)}, wall_now(),
                                [&](std::size_t, const store::Appended& appended) { command.tell(appended); });
      command.settle(outcomes.front());
    }
    if (announce) daemon->on_committed();
  }

  // Asks, turning the loop until the answer is there.
  Reply ask(const std::string& method, const std::string& target, const std::string& headers = {},
            const std::string& body = {}) {
    RawClient client{daemon->door().port()};
    say(client, method, target, headers, body);
    return heard(client, method == "HEAD");
  }
  Reply get(const std::string& target) { return ask("GET", target, as_desk()); }
  Reply post(const std::string& target, const nlohmann::json& body, const std::string& key) {
    return ask("POST", target, as_desk() + "Idempotency-Key: " + key + "\r\n", body.dump());
  }
  Reply operate(const std::string& method, const std::string& target, const nlohmann::json& body = nullptr) {
    return ask(method, target, as_operations(), body.is_null() ? "" : body.dump());
  }

  static void say(RawClient& client, const std::string& method, const std::string& target, const std::string& headers,
                  const std::string& body = {}) {
    REQUIRE(client.say(method + " " + target + " HTTP/1.1\r\nHost: localhost\r\nAccept-Language: en\r\n" + headers +
                       (body.empty() ? "" : "Content-Length: " + std::to_string(body.size()) + "\r\n") + "\r\n" +
                       body));
  }
  // The answer, turning the loop until it is there.
  Reply heard(RawClient& client, bool head_only = false) {
    while (!client.has_something()) {
      std::array<pollfd, 2> watched{pollfd{client.descriptor(), POLLIN, 0},
                                    pollfd{daemon->wake().descriptor(), POLLIN, 0}};
      const bool something = ::poll(watched.data(), watched.size(), 20'000) > 0;
      REQUIRE(something);
      if ((watched[1].revents & POLLIN) != 0) turn();
    }
    return reply_in(client.answer(head_only));
  }

  [[nodiscard]] std::string as_desk() const { return "Authorization: Bearer " + desk_token + "\r\n"; }
  [[nodiscard]] std::string as_operations() const { return "Authorization: Bearer " + ops_token + "\r\n"; }

  TempFolder folder;
  Home home;
  crypto::SystemRandom random;
  std::string desk_token;
  std::string ops_token;
  std::unique_ptr<Log> log;
  bool announce = true;             // false: the loop has not come to say that it committed
  std::optional<Code> refuse_with;  // instead of committing
  std::size_t together = 0;         // how many commands a turn waits for
  std::unique_ptr<Daemon> daemon;

 private:
  static Reply reply_in(const std::string& answer) {
    Reply reply;
    REQUIRE(answer.rfind("HTTP/1.1 ", 0) == 0);
    reply.status = std::stoi(answer.substr(9, 3));
    const auto end = answer.find("\r\n\r\n");
    const auto type = answer.find("Content-Type: ");
    if (type < end) reply.type = answer.substr(type + 14, answer.find("\r\n", type) - type - 14);
    reply.text = answer.substr(end + 4);
    reply.body = nlohmann::json::parse(reply.text, nullptr, false);
    return reply;
  }

  OneSecret secret_;
  std::vector<Command> taken_;
};

// The code of an error's answer; "" if it is none.
inline std::string code_in(const Reply& reply) {
  return reply.body.is_object() ? reply.body.value("code", std::string{}) : std::string{};
}

}  // namespace redress::shell
