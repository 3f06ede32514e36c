/** What was live is kept. The journal takes packets as they come; files are made of it afterwards. */
@NullMarked
package io.spillway.recorder;

import org.jspecify.annotations.NullMarked;
