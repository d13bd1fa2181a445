package dev.quipu.codegen.tornado;

import java.util.Arrays;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Names that a kernel's method or its parameters must not have. TornadoVM carries both as they are into OpenCL C, CUDA C and
 * PTX, where they meet those languages' words and functions and the variables that TornadoVM invents; local variables it
 * renames.
 */
public final class ReservedNames {
    /** Of C, C++, OpenCL C and CUDA C. */
    private static final String KEYWORDS = """
        alignas alignof and and_eq asm auto bitand bitor bool break case catch char class co_await co_return co_yield
        compl concept const consteval constexpr constinit const_cast continue decltype default delete do double
        dynamic_cast else enum explicit export extern false float for friend goto half if inline int long mutable
        namespace new noexcept not not_eq nullptr operator or or_eq private protected public quad register
        reinterpret_cast requires restrict return short signed sizeof static static_assert static_cast struct switch
        template this thread_local throw true try typedef typeid typename typeof uchar uint ulong union unsigned ushort
        using virtual void volatile while xor xor_eq
        kernel global local constant generic read_only write_only read_write complex imaginary image pipe
        uniform bfloat16 main std size_t event_t sampler_t NULL NAN INFINITY MAXFLOAT HUGE_VAL HUGE_VALF
        threadIdx blockIdx blockDim gridDim warpSize dim3 assert
        """;

    /** Of OpenCL C and of the C library that CUDA knows, both also with an f behind them; PTX has some as instructions. */
    private static final String FUNCTIONS = """
        abs abs_diff acos acosh acospi add_sat all any asin asinh asinpi atan atan2 atan2pi atanh atanpi barrier bitselect
        cbrt ceil clamp clz copysign cos cosh cospi cross ctz cyl_bessel_i0 cyl_bessel_i1 degrees distance div dot erf erfc
        erfcinv erfcx erfinv exp exp10 exp2 expm1 fabs fast_distance fast_length fast_normalize fdim fdivide floor fma
        fmax fmin fmod fract free frexp hadd hypot ilogb isequal isfinite isgreater isgreaterequal isinf isless
        islessequal islessgreater isnan isnormal isnotequal isordered isunordered j0 j1 jn labs ldexp length lgamma
        lgamma_r llabs llrint llround log log10 log1p log2 logb lrint lround mad mad24 mad_hi mad_sat malloc max maxmag
        mem_fence memcpy memset min minmag mix modf mul24 mul_hi nan nextafter norm norm3d norm4d normalize normcdf
        normcdfinv pow powi pown powr popcount prefetch printf radians rcbrt remainder remquo rhadd rhypot rint rnorm
        rnorm3d rnorm4d rootn rotate round rsqrt scalbln scalbn select shuffle shuffle2 sign signbit sin sincos sincospi
        sinh sinpi smoothstep sqrt step sub_sat tan tanh tanpi tgamma trunc umax umin upsample vec_step y0 y1 yn
        surf1Dread tex1D tex2D tex3D clock clock64
        """;

    /** PTX's instructions. */
    private static final String INSTRUCTIONS = """
        activemask add addc alloca applypriority atom bar bfe bfi bfind bmsk bra brev brkpt brx call copy cos cp
        createpolicy cvt cvta discard div elect ex2 exit fence fns getctarank griddepcontrol isspacep istypep ld ldmatrix
        ldu lg2 lop3 mapa match mbarrier membar mma mov movmatrix mul multimem nanosleep neg pmevent popc prefetch
        prefetchu prmt rcp red redux rem ret sad set setmaxnreg setp shf shfl shl shr slct st stackrestore stacksave
        stmatrix sub subc suld suq sured sust szext tcgen05 testp tex tld4 trap txq vabsdiff vadd vavrg vmad vmax vmin vote
        vset vshl vshr vsub wgmma wmma
        """;

    /** TornadoVM's own parameters, and those of every printed method. */
    private static final String PARAMETERS = """
        kernel_context context_unused
        context iteration places entry stride place
        """;

    private static final Set<String> WORDS =
            Set.copyOf(Arrays.asList((KEYWORDS + FUNCTIONS + INSTRUCTIONS + PARAMETERS).split("\\s+")));

    /** Families: vector types, types, families of functions, macros, what compilers keep, and TornadoVM's own variables. */
    private static final Pattern FAMILIES = Pattern.compile(String.join(
            "|",
            "(?:u?char|u?short|u?int|u?long|u?longlong|float|double|half|nv_bfloat16)\\d+",
            "\\w+_t",
            "(?:native|half|get|convert|as|atomic|atom|async|read|write|work_group|sub_group|simd|enqueue|wait)_\\w+",
            "(?:cuda|cu|nv|cl)_\\w+",
            "(?:vload|vstore|atomic[A-Z]|cuda[A-Z]|make_)\\w+",
            "(?:CL|FLT|DBL|INT|UINT|CHAR|SHRT|LONG|HALF|M|CUDA|OPENCL|FP)_\\w+",
            "_\\w*",
            "(?:u?[a-z]|bt|ch|sh|half|ad[a-z]{1,2}|(?:v|ch|b|sh)\\d+[a-z]*|mma_\\w+)_\\d+",
            "r[a-z]{2}\\d+|rmma\\w+"));

    private ReservedNames() {}

    /** Whether a kernel or a parameter of that name would meet something else. */
    public static boolean isReserved(String name) {
        return WORDS.contains(name)
                || (name.endsWith("f") && WORDS.contains(name.substring(0, name.length() - 1)))
                || FAMILIES.matcher(name).matches();
    }

    /** The name, or one like it that is not reserved. */
    public static String safe(String name) {
        if (!isReserved(name)) {
            return name;
        }
        return isReserved(name + "_") ? "q" + name + "_" : name + "_";
    }
}
