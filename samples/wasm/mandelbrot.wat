;; The Mandelbrot set between -2.2 - 1.2i and 0.8 + 1.2i.
;; render(width, height, limit) writes one byte a pixel, row by row from address 0: the number of
;; steps until the point has run away, at most `limit`. The caller keeps width x height <= 65536.
(module
  (memory (export "memory") 1 1)

  (func $escape (param $cr f64) (param $ci f64) (param $limit i32) (result i32)
    (local $zr f64) (local $zi f64) (local $zr2 f64) (local $zi2 f64) (local $steps i32)
    (block $done
      (loop $step
        (local.set $zr2 (f64.mul (local.get $zr) (local.get $zr)))
        (local.set $zi2 (f64.mul (local.get $zi) (local.get $zi)))
        (br_if $done (f64.gt (f64.add (local.get $zr2) (local.get $zi2)) (f64.const 4)))
        (br_if $done (i32.ge_u (local.get $steps) (local.get $limit)))
        ;; z = z^2 + c
        (local.set $zi
          (f64.add (f64.mul (f64.mul (f64.const 2) (local.get $zr)) (local.get $zi)) (local.get $ci)))
        (local.set $zr (f64.add (f64.sub (local.get $zr2) (local.get $zi2)) (local.get $cr)))
        (local.set $steps (i32.add (local.get $steps) (i32.const 1)))
        (br $step)))
    (local.get $steps))

  (func (export "render") (param $width i32) (param $height i32) (param $limit i32)
    (local $x i32) (local $y i32) (local $address i32)
    (loop $row
      (local.set $x (i32.const 0))
      (loop $pixel
        (i32.store8 (local.get $address)
          (call $escape
            (f64.add (f64.const -2.2) (f64.div
              (f64.mul (f64.const 3) (f64.convert_i32_u (local.get $x))) (f64.convert_i32_u (local.get $width))))
            (f64.add (f64.const -1.2) (f64.div
              (f64.mul (f64.const 2.4) (f64.convert_i32_u (local.get $y))) (f64.convert_i32_u (local.get $height))))
            (local.get $limit)))
        (local.set $address (i32.add (local.get $address) (i32.const 1)))
        (local.set $x (i32.add (local.get $x) (i32.const 1)))
        (br_if $pixel (i32.lt_u (local.get $x) (local.get $width))))
      (local.set $y (i32.add (local.get $y) (i32.const 1)))
      (br_if $row (i32.lt_u (local.get $y) (local.get $height))))))
