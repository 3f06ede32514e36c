/** Drivers of real clients: a browser, an encoder, the server's own process. They start what is installed and say which package to install where it is not. */
@NullMarked
package io.spillway.testkit.client;

import org.jspecify.annotations.NullMarked;
