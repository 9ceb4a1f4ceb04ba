#include "ops/demonstration/check_manifest.h"

#include <nlohmann/json.hpp>

namespace redress::demo {
namespace {

using nlohmann::json;

HeldCase held_in(const json& one) {
  HeldCase held;
  held.registrar = SiteId{one.at("registrar").get<std::uint32_t>()};
  for (const json& line : one.at("timeline")) {
    const auto kind = line.at("kind").get<std::string>();
    const bool readable = !line.contains("unread");
    if (kind == "registered" && readable) held.registrations.push_back(line.at("fields").get<CaseFields>());
    if (kind == "disposed" && readable && line.at("verdict") == "stands") {
      held.opinions.push_back(line.at("fields").at("opinion").get<std::string>());
    }
  }
  return held;
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  json out{{"input", manifest.input},
           {"mapping", manifest.mapping},
           {"rejects", manifest.rejects},
           {"exports", json::array()},
           {"issued", json::array()}};
  for (const Manifest::Export& one : manifest.exports) {
    out["exports"].push_back({{"site", one.site.value()}, {"parent", one.parent.value()}, {"path", one.path}});
  }
  for (const Issued& one : manifest.issued) out["issued"].push_back({{"case", one.case_id}, {"opinion", one.opinion}});
  return out.dump();
}

Result<Manifest> parse_manifest(const std::string& text) {
  try {
    const json in = json::parse(text);
    Manifest manifest{in.at("input"), in.at("mapping"), {}, in.at("rejects"), {}};
    for (const json& one : in.at("exports")) {
      manifest.exports.push_back(
          {SiteId{one.at("site").get<std::uint32_t>()}, SiteId{one.at("parent").get<std::uint32_t>()}, one.at("path")});
    }
    for (const json& one : in.at("issued")) manifest.issued.push_back({one.at("case"), one.at("opinion")});
    return manifest;
  } catch (const json::exception&) {
    return fail(Code::malformed, "read manifest: not as expected");
  }
}

Result<std::map<std::string, HeldCase>> parse_export(const std::string& text) {
  std::map<std::string, HeldCase> cases;
  std::size_t number = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    ++number;
    try {
      const json one =
          json::parse(text.begin() + static_cast<std::ptrdiff_t>(at), text.begin() + static_cast<std::ptrdiff_t>(end));
      const bool fresh = cases.emplace(one.at("case").get<std::string>(), held_in(one)).second;
      if (!fresh) return fail(Code::malformed, "read export: a case is in it twice: line=" + std::to_string(number));
    } catch (const json::exception&) {
      return fail(Code::malformed, "read export: line=" + std::to_string(number));
    }
    at = end + 1;
  }
  return cases;
}

Result<Proof> prove(const Manifest& manifest) {
  Rejected rejected;
  for (const std::string& path : manifest.rejects) {
    const Status read = read_rejects(path, rejected);
    if (!read) return fail(read.error());
  }
  auto layout = read_layout(manifest.mapping);
  if (!layout) return fail(layout.error());
  const auto bytes = read_file(manifest.input);
  const auto text = bytes ? decoded(*bytes, layout->encoding) : bytes;
  if (!text) return fail(text.error());
  const auto table = read_table(*text, layout->header_rows, rejected);
  if (!table) return fail(table.error());
  if (table->head.empty()) return fail(Code::bad_config, "the check needs a table with a header");
  layout = read_layout(manifest.mapping, table->head.back().cells);
  if (!layout) return fail(layout.error());
  std::vector<SiteExport> exports;
  for (const Manifest::Export& one : manifest.exports) {
    const auto lines = read_file(one.path);
    auto cases = lines ? parse_export(*lines) : Result<std::map<std::string, HeldCase>>{fail(lines.error())};
    if (!cases) return fail(cases.error().code, cases.error().what + " site=" + std::to_string(one.site.value()));
    exports.push_back({one.site, one.parent, std::move(*cases)});
  }
  return prove(*layout, *table, exports, manifest.issued);
}

std::string to_json(const Proof& proof) {
  return json{{"rows", proof.rows},
              {"rejected", proof.rejected},
              {"at_gateway", proof.at_gateway},
              {"missing", proof.missing},
              {"duplicated", proof.duplicated},
              {"altered", proof.altered},
              {"dispositions_issued", proof.dispositions_issued},
              {"dispositions_at_branch", proof.dispositions_at_branch},
              {"dispositions_elsewhere", proof.dispositions_elsewhere},
              {"problems", proof.problems}}
      .dump();
}

Result<Proof> parse_proof(const std::string& text) {
  try {
    const json in = json::parse(text);
    Proof proof;
    proof.rows = in.at("rows");
    proof.rejected = in.at("rejected");
    proof.at_gateway = in.at("at_gateway");
    proof.missing = in.at("missing");
    proof.duplicated = in.at("duplicated");
    proof.altered = in.at("altered");
    proof.dispositions_issued = in.at("dispositions_issued");
    proof.dispositions_at_branch = in.at("dispositions_at_branch");
    proof.dispositions_elsewhere = in.at("dispositions_elsewhere");
    proof.problems = in.at("problems").get<std::vector<std::string>>();
    return proof;
  } catch (const json::exception&) {
    return fail(Code::malformed, "read proof: not as expected");
  }
}

}  // namespace redress::demo
