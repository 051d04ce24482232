package dev.seedgate.vendor.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.HttpContent;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpStatusClass;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;

/**
 * Netty handler that drops the interim responses (1xx but 101) of one connection, which servers and
 * proxies may send before the real one: taken for it, they would make a paid create uncertain.
 */
final class InterimAnswers extends ChannelInboundHandlerAdapter {

    private static final int SWITCHING_PROTOCOLS = 101;

    private boolean dropping;

    @Override
    public void channelRead(ChannelHandlerContext context, Object message) {
        if (message instanceof HttpResponse response) {
            dropping =
                    response.status().codeClass() == HttpStatusClass.INFORMATIONAL
                            && response.status().code() != SWITCHING_PROTOCOLS;
        }
        if (!dropping || !(message instanceof HttpResponse || message instanceof HttpContent)) {
            context.fireChannelRead(message);
            return;
        }
        ReferenceCountUtil.release(message);
        if (message instanceof LastHttpContent) {
            dropping = false;
            // Nobody behind asks for more on account of what was not handed on.
            context.read();
        }
    }
}
