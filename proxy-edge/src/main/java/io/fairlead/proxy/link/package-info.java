/**
 * The exit link: HTTP/2 over TLS with the roles reversed. The agent dials and proves its identity by certificate; then the
 * supernode is the HTTP/2 client and opens one CONNECT stream a request.
 */
@NullMarked
package io.fairlead.proxy.link;

import org.jspecify.annotations.NullMarked;
