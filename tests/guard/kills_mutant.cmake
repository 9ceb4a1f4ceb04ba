# cmake -DPROGRAM=… -DNUMBER=… -DPROMISE=… -P kills_mutant.cmake
# Succeeds only if the promise's tests ran under the mutant and an assertion of theirs failed: a crash, a time-out or an
# empty selection proves nothing.
execute_process(
  COMMAND ${PROGRAM} --mutant ${NUMBER} "[${PROMISE}]" --warn NoTests
  RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err TIMEOUT 60)
if(code EQUAL 0)
  message(FATAL_ERROR "mutant ${NUMBER} survived the tests of ${PROMISE}")
endif()
if(NOT code MATCHES "^[0-9]+$" OR out MATCHES "No test cases matched" OR out MATCHES "fatal error condition")
  message(FATAL_ERROR "mutant ${NUMBER}: no verdict: ${code}\n${out}\n${err}")
endif()
if(NOT out MATCHES "FAILED:" OR NOT out MATCHES "test cases: +[0-9]+")
  message(FATAL_ERROR "mutant ${NUMBER}: no assertion failed: ${code}\n${out}\n${err}")
endif()
