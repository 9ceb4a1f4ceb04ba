// What redress-check is given: one JSON file that names the table, the mapping, the exports, the rejects and the
// dispositions; and the reading of an export.
//
// Values and functions; any thread.
#pragma once

#include "ops/demonstration/check_compare.h"

namespace redress::demo {

struct Manifest {
  struct Export {
    SiteId site;
    SiteId parent;
    std::string path;
  };
  std::string input;
  std::string mapping;
  std::vector<Export> exports;
  std::vector<std::string> rejects;
  std::vector<Issued> issued;
};

[[nodiscard]] std::string to_json(const Manifest& manifest);
// Fails with malformed.
[[nodiscard]] Result<Manifest> parse_manifest(const std::string& text);

// Reads what `redress-ops export` wrote: a case a line. Fails with malformed, naming the line.
[[nodiscard]] Result<std::map<std::string, HeldCase>> parse_export(const std::string& text);

// Reads everything that the manifest names and compares. Fails with io, malformed or bad_config.
[[nodiscard]] Result<Proof> prove(const Manifest& manifest);

// One line, without its end.
[[nodiscard]] std::string to_json(const Proof& proof);
// The inverse. Fails with malformed.
[[nodiscard]] Result<Proof> parse_proof(const std::string& text);

}  // namespace redress::demo
