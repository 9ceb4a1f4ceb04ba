// Two servers of NATS on loopback: a leaf that stores what a branch publishes (JetStream), and a hub whose stream takes
// from the leaf's whatever it has not yet.
//
// A resource of one thread; the servers end with it. The stage outlives it.
#pragma once

#include "ops/measure/stage.h"

namespace redress::measure {

class Nats {
 public:
  // What is in force, for the report.
  static constexpr const char* durability =
      "file storage at both ends, written before it is acknowledged and flushed every two minutes (2.9 can do no "
      "better): a power cut may take what was acknowledged; no TLS";

  // The server's path; empty: not installed.
  [[nodiscard]] static std::string installed();
  // Both servers run, both streams are there, the hub's takes from the leaf's. Fails with what went wrong first.
  [[nodiscard]] static Result<std::unique_ptr<Nats>> open(Stage& stage);
  Nats(const Nats&) = delete;
  Nats& operator=(const Nats&) = delete;
  ~Nats();

  // Publishes `count` records at the leaf, at most 4,096 of them not acknowledged. Records a second, until the hub has
  // them all.
  [[nodiscard]] Result<double> live(std::size_t count);
  // The same while the hub is away; then the hub comes back. Records a second, from the first that arrives to the last.
  [[nodiscard]] Result<double> catch_up(std::size_t count);

 private:
  struct Client;
  struct Server {
    std::string name;
    std::string settings;
    std::uint16_t port = 0;
    std::unique_ptr<demo::Child> process;
    std::unique_ptr<Client> client;
  };
  explicit Nats(Stage& stage);
  [[nodiscard]] Status build();
  // Fails with io, or unreachable after a minute.
  [[nodiscard]] Status start(Server& server);
  void stop(Server& server);
  [[nodiscard]] Status publish(std::size_t count);
  [[nodiscard]] Result<double> until_arrived(std::size_t before, std::size_t count);

  Stage& stage_;
  std::string folder_;
  Server leaf_;
  Server hub_;
};

}  // namespace redress::measure
