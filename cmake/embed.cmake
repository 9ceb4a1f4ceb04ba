# Writes a source file that holds text files as literals: cmake -DOUT=… -DFILES=a|b -P embed.cmake
# The texts are the rules' data (protocol/rules/shipped.h); a program carries them and needs no file beside it.
string(REPLACE "|" ";" FILES "${FILES}")
set(rows "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  string(APPEND rows "    {\"${name}\", R\"__redress__(${text})__redress__\"},\n")
endforeach()
file(WRITE ${OUT} "#include <array>\n\n#include \"protocol/rules/shipped.h\"\n\nnamespace redress::rules {\n
std::span<const ShippedFile> shipped_files() {
  static constexpr ShippedFile files[] = {\n${rows}  };
  return files;\n}\n\n}  // namespace redress::rules\n")
