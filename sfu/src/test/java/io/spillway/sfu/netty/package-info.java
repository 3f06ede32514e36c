@NullMarked
package io.spillway.sfu.netty;

import org.jspecify.annotations.NullMarked;
