// redress-trace ROOT [--rewrite]: protocol/casework/README.md is what the table of kinds and the tests say. Exit 1: it
// is not, or something has no test.
#include <fstream>
#include <iostream>

#include "tests/trace/trace.h"

int main(int count, char** words) {
  if (count < 2 || (count == 3 && std::string_view{words[2]} != "--rewrite") || count > 3) {
    std::cerr << "redress-trace ROOT [--rewrite]\n";
    return 2;
  }
  const std::string root = words[1];
  redress::trace::Findings findings;
  const std::string document = redress::trace::document_of(root, findings);
  const std::string path = redress::trace::document_path(root);
  if (count == 3) {
    std::ofstream{path, std::ios::binary} << document;
  } else if (redress::trace::text_of(path) != document) {
    findings.emplace_back("protocol/casework/README.md is not what the tree says: run it with --rewrite");
  }
  for (const std::string& finding : findings) std::cerr << finding << "\n";
  return findings.empty() ? 0 : 1;
}
