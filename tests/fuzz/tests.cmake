# Fuzz targets, one file and one kept corpus each. Ordinary builds replay the corpus; under the `fuzz` preset the same file
# is a libFuzzer program (tests/scripts/fuzz.sh runs them all).
set(fuzz_folder ${CMAKE_CURRENT_LIST_DIR})
string(FIND "${CMAKE_CXX_FLAGS}" "fuzzer-no-link" fuzz_flag)
add_custom_target(fuzz_targets)

# redress_fuzz(NAME rooms-it-links…)
function(redress_fuzz name)
  set(target fuzz_${name})
  set(corpus ${fuzz_folder}/corpus/${name})
  add_executable(${target} ${fuzz_folder}/${name}.cc)
  target_link_libraries(${target} PRIVATE redress_flags ${ARGN})
  set_target_properties(${target} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz)
  add_dependencies(fuzz_targets ${target})
  if(fuzz_flag EQUAL -1)
    target_sources(${target} PRIVATE ${fuzz_folder}/replay_main.cc)
    add_test(NAME "fuzz: replay ${name}" COMMAND ${target} ${corpus})
    set_tests_properties("fuzz: replay ${name}" PROPERTIES TIMEOUT 120)
    return()
  endif()
  target_link_options(${target} PRIVATE -fsanitize=fuzzer)
  # New inputs go to the first folder, so that a run leaves the kept corpus as it is.
  file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/fuzz/found/${name})
  add_test(NAME "fuzz: ${name} for 20 s"
           COMMAND ${target} -max_total_time=20 -rss_limit_mb=2048 -artifact_prefix=${CMAKE_BINARY_DIR}/fuzz/found/${name}-
                   ${CMAKE_BINARY_DIR}/fuzz/found/${name} ${corpus})
  set_tests_properties("fuzz: ${name} for 20 s" PROPERTIES LABELS slow TIMEOUT 120 ENVIRONMENT
                       "UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1")
endfunction()

redress_fuzz(agent_dialogue protocol_sync)
redress_fuzz(config shell)
redress_fuzz(csv tool_lib)
redress_fuzz(event protocol_casework)
redress_fuzz(frame protocol_wire)
redress_fuzz(gateway_dialogue protocol_sync)
redress_fuzz(header protocol_journal)
redress_fuzz(http_request shell)
redress_fuzz(mapping tool_lib)
redress_fuzz(proof protocol_journal)
redress_fuzz(rows store)
redress_fuzz(time protocol_base)
redress_fuzz(token crypto)
