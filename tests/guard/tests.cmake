# The guards: one program, compiled from the shipped sources with the deliberate bugs in, and a test for each bug that
# passes only if the tests of the promise it breaks find it.
set(mutant_sources "")
foreach(room protocol_base protocol_journal protocol_wire protocol_casework protocol_sync crypto store)
  get_target_property(room_sources ${room} SOURCES)
  get_target_property(room_folder ${room} SOURCE_DIR)
  foreach(source ${room_sources})
    if(source MATCHES "\\.cc$")
      list(APPEND mutant_sources ${room_folder}/${source})
    endif()
  endforeach()
endforeach()
foreach(source sim/listing.cc sim/pair_judge.cc sim/memory_truth.cc sim/pair.cc)
  list(APPEND mutant_sources ${CMAKE_CURRENT_SOURCE_DIR}/${source})
endforeach()
# The rooms with the bugs in, compiled once: for the guards and for redress-sim-mutants.
add_library(mutant_rooms OBJECT ${mutant_sources})
add_dependencies(mutant_rooms protocol_wire protocol_casework)  # they make the generated headers
target_compile_definitions(mutant_rooms PUBLIC REDRESS_MUTANTS=1)
target_include_directories(mutant_rooms SYSTEM PUBLIC ${CMAKE_BINARY_DIR}/generated)
target_link_libraries(mutant_rooms PUBLIC redress_flags protocol_rules OpenSSL::Crypto OpenSSL::SSL PkgConfig::SODIUM PkgConfig::ZSTD PkgConfig::LMDB)

set(guard_sources guard/guard_main.cc guard/guard_test.cc guard/guard_store_test.cc guard/guard_table_test.cc
                  guard/guard_more_test.cc guard/guard_casework_test.cc protocol/damage_test.cc protocol/healing_test.cc protocol/repair_test.cc)
list(TRANSFORM guard_sources PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
add_executable(test_guard ${guard_sources})
target_compile_definitions(test_guard PRIVATE REDRESS_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
target_link_libraries(test_guard PRIVATE mutant_rooms Catch2::Catch2)
set_target_properties(test_guard PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)

add_test(NAME "guard: clean" COMMAND test_guard --warn NoTests)
set_tests_properties("guard: clean" PROPERTIES LABELS guard TIMEOUT 120)
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/guard/mutants.h)
file(STRINGS ${CMAKE_CURRENT_SOURCE_DIR}/guard/mutants.h guard_lines REGEX "Mutant{[0-9]+, \"P[0-9]+\"")
foreach(line ${guard_lines})
  string(REGEX MATCH "{([0-9]+), \"(P[0-9]+)\"" ignored "${line}")
  set(guard_test "guard: mutant ${CMAKE_MATCH_1} breaks ${CMAKE_MATCH_2}")
  add_test(
    NAME ${guard_test}
    COMMAND ${CMAKE_COMMAND} -DPROGRAM=$<TARGET_FILE:test_guard> -DNUMBER=${CMAKE_MATCH_1} -DPROMISE=${CMAKE_MATCH_2} -P
            ${CMAKE_CURRENT_SOURCE_DIR}/guard/kills_mutant.cmake)
  set_tests_properties(${guard_test} PROPERTIES LABELS guard TIMEOUT 90)
endforeach()

# The same bugs by the simulator, at the seeds that find them; the tests above for the rest.
add_test(NAME "mutants: each is noticed" COMMAND ${PROJECT_SOURCE_DIR}/tests/mutants)
set_tests_properties("mutants: each is noticed" PROPERTIES LABELS slow TIMEOUT 480)
