// Numbers for monitoring, in Prometheus' text format.
//
// One Metrics a process, made by main and handed on; it outlives every handle. All functions may be called from any
// thread. Names, help and labels are ours: a name that Prometheus forbids, or one used for two kinds, is a bug.
// Labels hold ids, never text that a person wrote.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

namespace redress::shell {

using Labels = std::map<std::string, std::string>;

// Only grows. A value; valid as long as its Metrics.
class Counter {
 public:
  void add(std::uint64_t count = 1) noexcept;

 private:
  friend class Metrics;
  explicit Counter(void* cell) noexcept : cell_{cell} {}
  void* cell_;
};

// Goes up and down. A value; valid as long as its Metrics.
class Gauge {
 public:
  void set(double value) noexcept;
  void add(double difference) noexcept;

 private:
  friend class Metrics;
  explicit Gauge(void* cell) noexcept : cell_{cell} {}
  void* cell_;
};

class Metrics {
 public:
  Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  ~Metrics();

  // The cell of this name and these labels; the same one when asked again. Takes a lock: keep the handle.
  [[nodiscard]] Counter counter(const std::string& name, const std::string& help, const Labels& labels = {});
  [[nodiscard]] Gauge gauge(const std::string& name, const std::string& help, const Labels& labels = {});

  // All cells, "text/plain; version=0.0.4".
  [[nodiscard]] std::string exposition() const;

 private:
  struct Inside;
  const std::unique_ptr<Inside> inside_;
};

}  // namespace redress::shell
