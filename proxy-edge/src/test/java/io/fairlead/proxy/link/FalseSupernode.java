package io.fairlead.proxy.link;

import io.fairlead.edge.link.LinkIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLServerSocket;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;

/** Ends of links that prove who they are and say nothing more: what is said next is the test's. By the JDK's own TLS. */
final class FalseSupernode implements AutoCloseable {

    private static final char[] NO_PASSWORD = {};
    private static final int ACCEPT_MS = 60_000;

    private final SSLServerSocket listening;

    FalseSupernode(LinkAuthority authority) throws IOException {
        listening = (SSLServerSocket)
                context(authority.issueEdge("false-edge", Duration.ofHours(1)), authority.certificate())
                        .getServerSocketFactory()
                        .createServerSocket(0, 50, InetAddress.getLoopbackAddress());
        SSLParameters parameters = listening.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        parameters.setNeedClientAuth(true);
        listening.setSSLParameters(parameters);
        listening.setSoTimeout(ACCEPT_MS);
    }

    InetSocketAddress address() {
        return (InetSocketAddress) listening.getLocalSocketAddress();
    }

    /** The next agent that dials, with TLS done. */
    Socket accept() throws IOException {
        SSLSocket socket = (SSLSocket) listening.accept();
        socket.startHandshake();
        return socket;
    }

    @Override
    public void close() throws IOException {
        listening.close();
    }

    /** Dials a real supernode as an agent, with TLS done. */
    static Socket dialAsAgent(LinkIdentity agent, X509Certificate authority, InetSocketAddress supernode)
            throws IOException {
        SSLSocket socket = (SSLSocket)
                context(agent, authority).getSocketFactory().createSocket(supernode.getAddress(), supernode.getPort());
        SSLParameters parameters = socket.getSSLParameters();
        parameters.setApplicationProtocols(new String[] {"h2"});
        socket.setSSLParameters(parameters);
        socket.startHandshake();
        return socket;
    }

    private static SSLContext context(LinkIdentity identity, X509Certificate authority) throws IOException {
        try {
            KeyStore keys = KeyStore.getInstance(KeyStore.getDefaultType());
            keys.load(null, null);
            keys.setKeyEntry(
                    "own", identity.key(), NO_PASSWORD, identity.chain().toArray(X509Certificate[]::new));
            keys.setCertificateEntry("authority", authority);
            KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
            own.init(keys, NO_PASSWORD);
            TrustManagerFactory others = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            others.init(keys);
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(own.getKeyManagers(), others.getTrustManagers(), null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new IOException("no TLS for the false end of a link", e);
        }
    }
}
