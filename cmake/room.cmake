# A room: one folder, one static library, one set of declared dependencies.
#
# The arrows of ARCHITECTURE.md are the DEPENDS lists. Each room gets a link test: a program that takes the whole
# library and only what it declares, so a hidden upward call does not link.

add_library(redress_flags INTERFACE)
target_compile_options(redress_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow -Wnon-virtual-dtor)
option(REDRESS_WERROR "Warnings are errors" ON)
if(REDRESS_WERROR)
  target_compile_options(redress_flags INTERFACE -Werror)
endif()
target_include_directories(redress_flags INTERFACE ${PROJECT_SOURCE_DIR})
if(REDRESS_MUTANTS)
  target_compile_definitions(redress_flags INTERFACE REDRESS_MUTANTS=1)
endif()

set_property(GLOBAL PROPERTY REDRESS_ROOMS "")

# redress_room(NAME SOURCES a.cc … DEPENDS other_room … PACKAGES lib … HIDDEN lib …)
#   PACKAGES are seen by whoever uses the room, HIDDEN are not.
function(redress_room name)
  cmake_parse_arguments(ROOM "" "" "SOURCES;DEPENDS;PACKAGES;HIDDEN" ${ARGN})
  add_library(${name} STATIC ${ROOM_SOURCES})
  target_link_libraries(${name} PUBLIC redress_flags ${ROOM_DEPENDS} ${ROOM_PACKAGES} PRIVATE ${ROOM_HIDDEN})
  file(WRITE ${CMAKE_BINARY_DIR}/link/${name}.cc "int main() { return 0; }\n")
  add_executable(${name}_links EXCLUDE_FROM_ALL ${CMAKE_BINARY_DIR}/link/${name}.cc)
  set_target_properties(${name}_links PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/link)
  target_link_libraries(${name}_links PRIVATE $<LINK_LIBRARY:WHOLE_ARCHIVE,${name}>)
  set_property(GLOBAL APPEND PROPERTY REDRESS_ROOMS ${name})
endfunction()

# A program: one main.cc that only wires.
function(redress_program name)
  cmake_parse_arguments(PROGRAM "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${PROGRAM_SOURCES})
  target_link_libraries(${name} PRIVATE redress_flags ${PROGRAM_DEPENDS})
endfunction()
