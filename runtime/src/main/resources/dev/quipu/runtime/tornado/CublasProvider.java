package dev.quipu.runtime.tornado;

import dev.quipu.runtime.cublas.Cublas;
import dev.quipu.runtime.cublas.CublasTasks;
import java.util.function.Supplier;
import uk.ac.manchester.tornado.runtime.common.TornadoXPUDevice;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryContext;
import uk.ac.manchester.tornado.runtime.library.spi.LibraryInvocation;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoLibraryProvider;
import uk.ac.manchester.tornado.runtime.library.spi.TornadoNativeStreamSupport;

/** What TornadoVM calls for a product of a library's. Only its CUDA backend says which stream it works on. */
public final class CublasProvider implements TornadoLibraryProvider {
    @Override
    public String libraryName() {
        return CublasTasks.LIBRARY;
    }

    @Override
    public boolean canHandle(TornadoXPUDevice device) {
        return device instanceof TornadoNativeStreamSupport;
    }

    @Override
    public LibraryContext createContext(TornadoXPUDevice device, long plan) {
        long stream = ((TornadoNativeStreamSupport) device).getNativeStream(plan);
        return new CublasContext(Cublas.find().orElseThrow().on(stream));
    }

    @Override
    @SuppressWarnings("unchecked")
    public void dispatch(String function, LibraryInvocation call) {
        int[] numbers = ((Supplier<int[]>) call.getTuning()).get();
        CublasTasks.multiply(((CublasContext) call.getContext()).handle(), numbers, call::getDevicePointer);
    }

    @Override
    public void destroyContext(LibraryContext context) {
        ((CublasContext) context).handle().close();
    }
}
