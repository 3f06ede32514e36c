@NullMarked
package io.spillway.sfu.loop;

import org.jspecify.annotations.NullMarked;
