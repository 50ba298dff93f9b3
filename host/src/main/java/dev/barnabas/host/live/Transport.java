package dev.barnabas.host.live;

import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;

/** How sockets are driven. */
enum Transport {
    /** Linux, through Netty's native library: less work per call, and sendfile without a copy. */
    EPOLL {
        @Override
        IoHandlerFactory io() {
            return EpollIoHandler.newFactory();
        }

        @Override
        SocketChannel client() {
            return new EpollSocketChannel();
        }

        @Override
        ServerChannel server() {
            return new EpollServerSocketChannel();
        }
    },

    /** Everywhere. */
    NIO {
        @Override
        IoHandlerFactory io() {
            return NioIoHandler.newFactory();
        }

        @Override
        SocketChannel client() {
            return new NioSocketChannel();
        }

        @Override
        ServerChannel server() {
            return new NioServerSocketChannel();
        }
    };

    abstract IoHandlerFactory io();

    abstract SocketChannel client();

    abstract ServerChannel server();

    /** Holds back what does not fill a packet, until it is taken out. Nothing where the transport cannot do it. */
    static void cork(SocketChannel channel, boolean in) {
        if (channel instanceof EpollSocketChannel epoll) {
            epoll.config().setTcpCork(in);
        }
    }

    static Transport best() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }
}
