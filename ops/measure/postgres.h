// A publisher and a subscriber of PostgreSQL, on loopback, with the same promise as ours: a commit returns when both
// have it on their disks.
//
// A resource of one thread; the servers end with it. The stage outlives it.
#pragma once

#include "ops/measure/stage.h"

namespace redress::measure {

class Postgres {
 public:
  // What is in force, for the report.
  static constexpr const char* durability =
      "fsync on, full_page_writes on, synchronous_commit on at both ends; synchronous_standby_names names the "
      "subscriber: a commit waits until it has flushed; no TLS";

  // The folder of Debian's programs; empty: not installed.
  [[nodiscard]] static std::string installed();
  // Both servers run, and the subscription is level. Fails with what went wrong first.
  [[nodiscard]] static Result<std::unique_ptr<Postgres>> open(Stage& stage);
  Postgres(const Postgres&) = delete;
  Postgres& operator=(const Postgres&) = delete;
  ~Postgres();

  // Inserts `count` rows, so many a commit, one client. Rows a second; each is on both disks then.
  [[nodiscard]] Result<double> live(std::size_t count, std::size_t rows_a_commit);
  // The same while the subscription is off, with commits that wait for the publisher's disk only; then it is on again.
  // Rows a second, from the first that arrives to the last.
  [[nodiscard]] Result<double> catch_up(std::size_t count, std::size_t rows_a_commit);

 private:
  struct Server {
    std::string folder;
    std::uint16_t port = 0;
    std::unique_ptr<demo::Child> process;
  };
  explicit Postgres(Stage& stage) : stage_{stage} {}
  [[nodiscard]] Status build();
  [[nodiscard]] Status start(Server& server, const std::string& settings);
  [[nodiscard]] Status subscribe();
  // Commits wait for the subscriber, or not; fails with unreachable if it does not come.
  [[nodiscard]] Status wait_for_subscriber(bool wait);
  // Of rows from the one after those that are there; nanoseconds that the client took.
  [[nodiscard]] Result<std::int64_t> insert(std::size_t first, std::size_t count, std::size_t rows_a_commit);
  // Rows at the subscriber: counted, or by the highest number, which is quick.
  [[nodiscard]] Result<std::size_t> received(const char* as);
  // Its output without the last line end.
  [[nodiscard]] Result<std::string> run(std::vector<std::string> words);
  [[nodiscard]] Result<std::string> ask(const Server& server, const std::string& sql);

  Stage& stage_;
  std::string folder_;
  Server publisher_;
  Server subscriber_;
};

}  // namespace redress::measure
