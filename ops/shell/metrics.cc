#include "ops/shell/metrics.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <exception>

#include "protocol/base/assert.h"

namespace redress::shell {

struct Metrics::Inside {
  prometheus::Registry registry;
};

void Counter::add(std::uint64_t count) noexcept {
  static_cast<prometheus::Counter*>(cell_)->Increment(static_cast<double>(count));
}
void Gauge::set(double value) noexcept { static_cast<prometheus::Gauge*>(cell_)->Set(value); }
void Gauge::add(double difference) noexcept { static_cast<prometheus::Gauge*>(cell_)->Increment(difference); }

Metrics::Metrics() : inside_{std::make_unique<Inside>()} {}
Metrics::~Metrics() = default;

Counter Metrics::counter(const std::string& name, const std::string& help, const Labels& labels) {
  try {
    return Counter{&prometheus::BuildCounter().Name(name).Help(help).Register(inside_->registry).Add(labels)};
  } catch (const std::exception&) {
    assert_failed("a counter's name and labels are Prometheus'", __FILE__, __LINE__);
  }
}

Gauge Metrics::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  try {
    return Gauge{&prometheus::BuildGauge().Name(name).Help(help).Register(inside_->registry).Add(labels)};
  } catch (const std::exception&) {
    assert_failed("a gauge's name and labels are Prometheus'", __FILE__, __LINE__);
  }
}

std::string Metrics::exposition() const { return prometheus::TextSerializer{}.Serialize(inside_->registry.Collect()); }

}  // namespace redress::shell
