/** The journal: entries, their segments, writing, reading what a crash has left. */
@NullMarked
package io.spillway.recorder.journal;

import org.jspecify.annotations.NullMarked;
