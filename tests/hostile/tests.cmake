# What strangers, neighbours and the unlucky try, each with the exact answer that it gets (README.md).
redress_tests(hostile
  DEPENDS gateway agent sim cppzmq flatbuffers::flatbuffers
  FILES
    hostile/clocks_test.cc
    hostile/frames_test.cc
    hostile/line_test.cc
    hostile/replay_test.cc)
target_include_directories(test_hostile SYSTEM PRIVATE ${CMAKE_BINARY_DIR}/generated)
