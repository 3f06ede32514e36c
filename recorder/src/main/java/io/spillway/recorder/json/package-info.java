/** Recordings as JSON files, by Jackson. */
@NullMarked
package io.spillway.recorder.json;

import org.jspecify.annotations.NullMarked;
