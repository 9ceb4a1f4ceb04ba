redress_room(shell_link SOURCES hoards.cc zmq_socket.cc DEPENDS protocol_base HIDDEN cppzmq)
