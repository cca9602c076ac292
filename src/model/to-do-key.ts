/**
 * Where `nodes.driver_internal_info` notes down what a conductor has promised to do to a node's hardware and has not done
 * yet. By its underscore it never leaves the conductor.
 */
export const toDoKey = '_to_do'
