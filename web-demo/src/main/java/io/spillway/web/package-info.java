/** The pages a person sees. */
@NullMarked
package io.spillway.web;

import org.jspecify.annotations.NullMarked;
