@NullMarked
package io.spillway.sfu.linux;

import org.jspecify.annotations.NullMarked;
