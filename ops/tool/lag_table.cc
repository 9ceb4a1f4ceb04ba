#include "ops/tool/lag_table.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <vector>

#include "ops/tool/cells.h"

namespace redress::tool {
namespace {

using nlohmann::json;

constexpr std::array<std::pair<std::string_view, LagOrder>, 6> orders{{{"site", LagOrder::site},
                                                                       {"state", LagOrder::state},
                                                                       {"entries", LagOrder::entries},
                                                                       {"oldest", LagOrder::oldest},
                                                                       {"contact", LagOrder::contact},
                                                                       {"took", LagOrder::took}}};
constexpr std::array<const char*, 4> states{"unknown", "stalled", "draining", "level"};  // the worst first
constexpr std::array<const char*, 4> states_zh{"失联", "停滞", "追赶中", "无滞后"};

std::string age(const json& ms) {
  if (!ms.is_number()) return "-";
  const auto value = ms.get<std::int64_t>();
  if (value < 10'000) return std::to_string(value) + " ms";
  if (value < 600'000) return std::to_string(value / 1000) + " s";
  return std::to_string(value / 60'000) + " min";
}

// "12, oldest 3 s", or "at least 12" when there is no contact to say more.
std::string lag_text(const json& lag, bool zh) {
  std::ostringstream out;
  const bool at_least = lag.value("at_least", true);
  if (at_least) out << (zh ? "未知，至少 " : "unknown, >= ");
  out << lag["entries"];
  if (lag["entries"].get<std::uint64_t>() == 0) return out.str();
  const bool older = !at_least && lag.value("oldest_at_least", false);
  out << (zh ? " 条，最早 " : ", oldest ") << (older ? zh ? "至少 " : ">= " : "") << age(lag["oldest_ms"]);
  return out.str();
}

std::string took_text(const json& lag) {
  if (!lag.contains("took") || lag["took"].value("count", std::uint64_t{0}) == 0) return "-";
  return age(lag["took"]["p50_ms"]) + " / " + age(lag["took"]["p99_ms"]);
}

// The catalogue's sentence for "unreachable" is about the program that is asked; here it is the other end of the line.
std::string trouble_text(const json& trouble, bool zh) {
  const std::string code = shown(trouble, "code");
  if (code == "unreachable")
    return code + (zh ? "：线路另一端没有应答" : ": the other end of the line does not answer");
  return code + ": " + shown(trouble, "message");
}

bool is_revoked(const json& site) { return text(site, "standing") == "revoked"; }

// What gives way for want of room, if anything does.
const char* room_text(const std::string& room, bool zh) {
  if (room == "views_wait") return zh ? "磁盘空间不足：列表暂停更新" : "the disk is short: the lists wait";
  if (room == "line_waits")
    return zh ? "空间不足：暂不接收线路上的内容" : "room is short: what comes by the line waits";
  if (room == "full") return zh ? "空间已满：不再接受新登记" : "no room: registering is refused";
  return nullptr;
}

std::size_t badness(const json& lag) {
  const auto at = std::find(states.begin(), states.end(), text(lag, "state"));
  return static_cast<std::size_t>(states.end() - at);
}

std::int64_t number(const json& object, const char* name) {
  return object.contains(name) && object[name].is_number() ? object[name].get<std::int64_t>() : 0;
}

// The larger comes first.
std::int64_t rank(const json& site, LagOrder order) {
  const json& up = site["up"];
  const json& down = site["down"];
  switch (order) {
    case LagOrder::site:
      return -number(site, "site");
    case LagOrder::state:
      return static_cast<std::int64_t>(std::max(badness(up), badness(down)));
    case LagOrder::entries:
      return number(up, "entries") + number(down, "entries");
    case LagOrder::oldest:
      return std::max(number(up, "oldest_ms"), number(down, "oldest_ms"));
    case LagOrder::contact:
      // Never heard is longer ago than anything.
      return up["contact_ms"].is_number() ? number(up, "contact_ms") : INT64_MAX;
    case LagOrder::took:
      return up.contains("took") ? number(up["took"], "p99_ms") : 0;
  }
  return 0;
}

std::vector<const json*> sorted(const json& sites, const LagView& view) {
  std::vector<const json*> out;
  for (const json& site : sites) out.push_back(&site);
  std::stable_sort(out.begin(), out.end(), [&](const json* a, const json* b) {
    // Nothing is behind at a site that is out for good.
    if (is_revoked(*a) != is_revoked(*b)) return is_revoked(*b);
    const std::int64_t of_a = rank(*a, view.order);
    const std::int64_t of_b = rank(*b, view.order);
    return view.reversed ? of_a < of_b : of_a > of_b;
  });
  return out;
}

std::string summary(const json& sites, bool zh) {
  std::map<std::string, std::size_t> count;
  std::int64_t waiting = 0;
  std::size_t revoked = 0;
  for (const json& site : sites) {
    revoked += is_revoked(site) ? 1 : 0;
    if (is_revoked(site)) continue;
    const std::size_t worst = std::max(badness(site["up"]), badness(site["down"]));
    ++count[worst == 0 ? "unknown" : states[states.size() - worst]];
    waiting += number(site["up"], "entries") + number(site["down"], "entries");
  }
  std::ostringstream out;
  out << sites.size() << (zh ? " 个机构" : sites.size() == 1 ? " site" : " sites");
  for (std::size_t i = 0; i < states.size(); ++i) {
    out << (i == 0 ? (zh ? "：" : ": ")
            : zh   ? "，"
                   : ", ")
        << (zh ? states_zh[i] : states[i]) << " " << count[states[i]];
  }
  if (revoked > 0) out << (zh ? "，已吊销 " : ", revoked ") << revoked;
  out << (zh ? "；未送达 " : "; under way ") << waiting << (zh ? " 条" : waiting == 1 ? " entry" : " entries") << "\n";
  return out.str();
}

class Table {
 public:
  explicit Table(const LagView& view) : view_{view} {}

  void head() {
    if (view_.chinese) {
      row("机构", "线路", "上行滞后", "下行滞后", "最近联系", "上行用时 50/99%", "下行用时 50/99%", "名称");
    } else {
      row("site", "line", "up", "down", "heard", "up took 50/99%", "down took 50/99%", "name");
    }
  }

  void add(const json& site) {
    const bool zh = view_.chinese;
    if (is_revoked(site)) {
      return row(site["site"].dump(), zh ? "已吊销" : "revoked", "-", "-", age(site["up"]["contact_ms"]), "-", "-",
                 shown(site, "name"));
    }
    row(site["site"].dump(), text(site, "line"), lag_text(site["up"], zh), lag_text(site["down"], zh),
        age(site["up"]["contact_ms"]), took_text(site["up"]), took_text(site["down"]), shown(site, "name"));
    if (site.contains("trouble")) out_ += "        " + trouble_text(site["trouble"], zh) + "\n";
  }

  void line(const std::string& what) { out_ += what + "\n"; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void row(const std::string& site, const std::string& line, const std::string& up, const std::string& down,
           const std::string& heard, const std::string& up_took, const std::string& down_took,
           const std::string& name) {
    out_ += padded(site, 8) + padded(line, 10) + padded(up, 34) + padded(down, 34) + padded(heard, 12);
    if (view_.took) out_ += padded(up_took, 20) + padded(down_took, 20);
    out_ += name + "\n";
  }

  const LagView& view_;
  std::string out_;
};

}  // namespace

std::optional<LagOrder> lag_order_named(std::string_view name) {
  for (const auto& [known, order] : orders) {
    if (known == name) return order;
  }
  return std::nullopt;
}

std::string lag_table(const json& answer, const LagView& view) {
  const json& sites = answer["sites"];
  Table table{view};
  std::string out = view.summary ? summary(sites, view.chinese) : "";
  table.head();
  std::size_t left = view.rows == 0 ? sites.size() : view.rows;
  for (const json* site : sorted(sites, view)) {
    if (left == 0) break;
    --left;
    table.add(*site);
  }
  if (view.rows != 0 && sites.size() > view.rows) {
    const std::string more = std::to_string(sites.size() - view.rows);
    table.line(view.chinese ? "… 另有 " + more + " 个机构" : "… and " + more + " more");
  }
  if (const char* room = room_text(text(answer, "room"), view.chinese)) table.line(room);
  return out + table.take();
}

}  // namespace redress::tool
