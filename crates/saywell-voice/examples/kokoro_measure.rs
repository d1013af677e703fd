use std::time::Instant;
use saywell_voice::kokoro::*;
fn read(p:&str)->Vec<f32>{ std::fs::read(p).unwrap().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect() }
fn snr(a:&[f32],b:&[f32])->f32{ let (mut s,mut d)=(0f64,0f64); assert_eq!(a.len(),b.len()); for (a,b) in a.iter().zip(b){ s+=(*a as f64).powi(2); d+=((*a-*b) as f64).powi(2);} (10.0*(s/d).log10()) as f32 }
fn main(){
  let file=std::fs::read("/tmp/kk/kokoro.onnx").unwrap();
  let ids:Vec<u8>=read("/tmp/kk/r/ids").iter().map(|x|*x as u8).collect();
  let style=read("/tmp/kk/r/style");
  for level in Level::available(){
    let t=Instant::now(); let net=Network::load_for(level,&file).unwrap(); println!("{level:?} load {:?}",t.elapsed());
    let t=Instant::now(); let (d,f0,n)=net.prosody(&ids,&style,1.0); println!("front {:?}",t.elapsed());
    let dr:Vec<u32>=read("/tmp/kk/r/dur").iter().map(|x|*x as u32).collect();
    println!("durations equal {}", d==dr);
    println!("f0 {} dB, n {} dB",snr(&read("/tmp/kk/r/f0"),&f0),snr(&read("/tmp/kk/r/n"),&n));
    let t=Instant::now();let (dec,src)=net.decode(&ids,&style,1.0);println!("front+decode+source {:?}",t.elapsed());
    let rd=read("/tmp/kk/r/dec"); let rs=read("/tmp/kk/r/src");
    println!("decoded {} dB, source {} dB",snr(&rd,&dec),snr(&rs,&src));
    let t=Instant::now(); let a=net.generate(&rd,&rs,&style); let e=t.elapsed().as_secs_f32(); let ra=read("/tmp/kk/r/audio");
    println!("audio {} dB in {e} s for {} s: {} x",snr(&ra,&a),ra.len() as f32/24000.0, ra.len() as f32/24000.0/e);
    let t=Instant::now(); let s=net.run(&ids,&style,1.0,&[],&||true).unwrap(); let e=t.elapsed().as_secs_f32();
    println!("whole {e} s: {} x; {} dB",s.samples.len() as f32/24000.0/e, snr(&ra,&s.samples));
  }
}
