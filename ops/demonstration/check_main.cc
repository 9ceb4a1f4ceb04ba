// redress-check: compares a table with what head office and the branches exported. Wiring only.
#include <CLI/CLI.hpp>
#include <iostream>

#include "ops/demonstration/check_manifest.h"
#include "ops/shell/process.h"

int main(int argc, char** argv) {
  CLI::App app{
      "Compares a table of complaints, column by column, with the exports of head office and every branch. Prints one "
      "JSON object. Exit status: 0 compared, 1 command line, 2 something could not be read."};
  app.set_version_flag("--version", redress::shell::version_text("redress-check"));
  std::string path;
  app.add_option("manifest", path, "JSON: input, mapping, exports, rejects, issued")
      ->required()
      ->check(CLI::ExistingFile);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : 1;
  }
  const auto text = redress::demo::read_file(path);
  const auto manifest = text ? redress::demo::parse_manifest(*text)
                             : redress::Result<redress::demo::Manifest>{redress::fail(text.error())};
  const auto proof = manifest ? redress::demo::prove(*manifest)
                              : redress::Result<redress::demo::Proof>{redress::fail(manifest.error())};
  if (!proof) {
    std::cerr << "redress-check: " << proof.error().what << '\n';
    return 2;
  }
  std::cout << redress::demo::to_json(*proof) << std::endl;
  return 0;
}
