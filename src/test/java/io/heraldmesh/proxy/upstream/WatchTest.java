package io.heraldmesh.proxy.upstream;

import io.heraldmesh.Await;
import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** The timeouts of a loop go on whatever one of them does. */
class WatchTest {
  @Test
  void oneThatFailsHoldsNoOtherUp() throws Exception {
    MultiThreadIoEventLoopGroup loops =
        new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
    try {
      EventLoop loop = (EventLoop) loops.next();
      Watch watch = new Watch(loop);
      AtomicInteger looked = new AtomicInteger();
      loop.submit(
              () -> {
                watch.add(
                    now -> {
                      throw new IllegalStateException("on purpose");
                    });
                watch.add(now -> looked.incrementAndGet());
              })
          .get();
      Await.until("the other is looked at again and again", () -> looked.get() > 2);
      watch.close();
    } finally {
      loops.shutdownGracefully();
    }
  }
}
