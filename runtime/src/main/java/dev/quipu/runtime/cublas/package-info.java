/** NVIDIA's cuBLAS, called through the Foreign Function API on the device's own addresses. */
package dev.quipu.runtime.cublas;
