import { createHash } from 'node:crypto';

/** The only style sheet, inline, so that a page needs no second request. */
export const STYLE = `
:root{color-scheme:light dark;
--ground:#f4f5f7;--card:#fff;--ink:#1b1f27;--soft:#5c6470;--line:#dfe2e8;--field:#fff;--edge:#8a93a1;
--go:#2457c5;--go-ink:#fff;--lost:#b3261e;--lost-soft:#fdf1f0;--lost-line:#e9bbb7;--wait:#8a5a00;--wait-soft:#fdf6e7;--wait-line:#e6cf9c;--good:#1c6b3c;--good-soft:#eef7f1}
@media (prefers-color-scheme:dark){:root{
--ground:#14161a;--card:#1d2026;--ink:#e9ebef;--soft:#a3abb8;--line:#343943;--field:#14161a;--edge:#6d7684;
--go:#7aa2f7;--go-ink:#10131a;--lost:#ff8a80;--lost-soft:#2c1a1a;--lost-line:#6b3835;--wait:#f0c060;--wait-soft:#2a2317;--wait-line:#5f4c22;--good:#7fd6a0;--good-soft:#16261c}}
*{box-sizing:border-box}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;-webkit-text-size-adjust:100%}
header,main,footer{max-width:40rem;margin:0 auto;padding:0 1.25rem}
header{display:flex;gap:.6rem;align-items:center;padding-top:1.1rem;padding-bottom:1.1rem;color:var(--soft);font-size:.9rem}
header svg{width:1.25rem;height:1.25rem;flex:none;stroke:var(--soft);fill:none;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
header a{color:inherit}header .code{margin-left:auto}
.code{font:600 .95rem/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;letter-spacing:.08em;color:var(--ink)}
main>*{background:var(--card);border:1px solid var(--line);border-radius:14px;padding:1.4rem 1.5rem;margin:0 0 1rem}
h1{font-size:1.55rem;line-height:1.25;margin:0 0 .35rem;font-weight:650;letter-spacing:-.01em;overflow-wrap:anywhere}
form,figure{scroll-margin-top:1rem}h2{font-size:1rem;margin:0 0 .6rem;font-weight:650}
p{margin:0 0 .75rem}p:last-child{margin-bottom:0}
.worst{color:var(--lost);font-weight:600;margin:.35rem 0 0}
.how{margin:.35rem 0 .8rem}
.soft{color:var(--soft)}.small{font-size:.9rem}
.lost{color:var(--lost)}.wait{color:var(--wait)}.good{color:var(--good)}
dl{margin:.9rem 0 0}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere}
.where{display:flex;flex-wrap:wrap;gap:.6rem 1.75rem}.where dt{font-size:.85rem}.where dd{font-weight:600}
section>dl:first-child{margin-top:0}.details{font-size:.95rem}.settings+.details{padding-top:.9rem;border-top:1px solid var(--line)}.details div{display:grid;grid-template-columns:8.5rem 1fr;gap:0 1rem}.details div+div{margin-top:.3rem}
section h2{margin:0 0 .4rem}.settings{margin:0;font-size:.95rem}.settings div{padding:.35rem 0;border-top:1px solid var(--line)}.settings dt{overflow-wrap:anywhere}.settings dd{font-weight:600}
.asked{margin-top:1rem}
mark{background:var(--wait-soft);color:var(--wait);border-bottom:2px solid;font-weight:700}svg tspan.odd{fill:var(--wait);text-decoration:underline}
.back{margin:1rem 0 0;font-size:.95rem}.back a{color:inherit}
.notes{margin:.9rem 0 0;padding:0;list-style:none;font-size:.95rem;overflow-wrap:anywhere}
.final{display:flex;gap:.6rem;align-items:flex-start;margin:1rem 0 0;padding:.6rem .9rem;border-radius:9px;background:var(--lost-soft);color:var(--lost);font-weight:600}
.final svg{flex:none;width:1.5rem;height:1.5rem;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
.skip{position:absolute;left:-99rem}.skip:focus{left:.75rem;top:.75rem;background:var(--card);color:var(--ink);padding:.5rem .9rem;border-radius:9px}
figure{text-align:center}figure>svg{width:100%;max-width:27rem;height:auto;display:block;margin:0 auto}
figure h2{text-align:left}
svg text{font-family:system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;fill:var(--ink)}
svg .kind{font-size:12px;fill:var(--soft)}svg .name{font-size:14.5px;font-weight:600}svg .detail{font-size:12px;fill:var(--soft)}
svg .order{font-size:13px;font-weight:600;fill:var(--soft)}
svg .group{font-size:13px;font-weight:650}svg .group.lost{fill:var(--lost)}svg .group.wait{fill:var(--wait)}
svg rect{stroke-width:1.25}svg rect.lost{fill:var(--lost-soft);stroke:var(--lost-line)}svg rect.wait{fill:var(--wait-soft);stroke:var(--wait-line)}
svg rect.target{fill:var(--card);stroke:var(--ink);stroke-width:2}
svg path{fill:none;stroke-width:1.5}svg path.lost{stroke:var(--lost)}svg path.wait{stroke:var(--wait);stroke-dasharray:4 4}
details{text-align:left;margin-top:1rem;font-size:.95rem}summary{cursor:pointer;color:var(--soft)}
details ul,details ol{margin:.6rem 0 0;padding-left:1.2rem}details ol{padding-left:2rem}details li{overflow-wrap:anywhere}
details h3{font-size:.95rem;margin:.8rem 0 0}
pre{white-space:pre-wrap;overflow-wrap:anywhere;font:.85rem/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;margin:.8rem 0 0}
label{display:block;font-weight:600;margin:1rem 0 .3rem}label:first-of-type{margin-top:0}
label b{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-weight:600;overflow-wrap:anywhere}
input{width:100%;font:inherit;color:inherit;background:var(--field);border:1px solid var(--edge);border-radius:9px;padding:.6rem .75rem}
.hint{font-size:.9rem;color:var(--soft);margin:.3rem 0 0}
.error{border-radius:9px;padding:.6rem .9rem;background:var(--lost-soft);color:var(--lost);font-weight:600;margin:0 0 1rem}
.plain{border-radius:9px;padding:.7rem .9rem;background:var(--wait-soft);color:var(--ink);font-size:.95rem;margin:0 0 1rem}
.acts{display:flex;flex-wrap:wrap;gap:.7rem;margin-top:1.4rem}
button,.button{font:inherit;font-weight:600;border-radius:9px;padding:.65rem 1.15rem;border:1px solid var(--edge);background:transparent;color:var(--ink);cursor:pointer;text-decoration:none;display:inline-block}
button.go{background:var(--go);border-color:var(--go);color:var(--go-ink)}
button.go.final-act{background:var(--lost);border-color:var(--lost);color:var(--card)}
button:hover,.button:hover{filter:brightness(1.08)}
:focus-visible{outline:3px solid var(--go);outline-offset:2px}
.plans{list-style:none;padding:0;overflow:hidden}
.plans a{display:grid;grid-template-columns:auto 1fr;gap:.1rem 1rem;padding:1rem 1.5rem;color:inherit;text-decoration:none}
.plans li+li{border-top:1px solid var(--line)}.plans a:hover{background:var(--ground)}
.plans b{overflow-wrap:anywhere}.plans .small span+span::before{content:" \\b7  "}.plans .small{grid-column:2;color:var(--soft);overflow-wrap:anywhere}
.mark{width:2.6rem;height:2.6rem;border-radius:50%;display:block;margin:0 0 .9rem;fill:none;stroke-width:2.4;stroke-linecap:round;stroke-linejoin:round}
.mark.good{background:var(--good-soft);stroke:var(--good)}.mark.lost{background:var(--lost-soft);stroke:var(--lost)}.mark.wait{background:var(--wait-soft);stroke:var(--wait)}
footer{color:var(--soft);font-size:.85rem;padding-bottom:2.5rem}
.out button{border:0;background:none;padding:0;color:inherit;text-decoration:underline;font:inherit;cursor:pointer}
@media (min-width:62rem){:has(>#decide),header:has(+main>#decide),:has(>#decide)+footer{max-width:66rem}:has(>#decide){display:grid;grid-template-columns:minmax(0,1fr) 23rem;gap:1rem;align-items:start}main:has(>#decide)>*{margin:0;grid-column:1}main>#decide#decide{grid-column:2;grid-row:1/span 4;position:sticky;top:1rem}.back{display:none}}
@media (max-width:30rem){header,main,footer{padding-left:.75rem;padding-right:.75rem}main>*{padding:1.15rem 1.05rem}main>figure{padding-left:.6rem;padding-right:.6rem}figure h2,figure details{padding:0 .45rem}h1{font-size:1.35rem}.details div{grid-template-columns:7.75rem 1fr}.acts>*{flex:1 1 100%;text-align:center}.plans a{padding:.9rem 1.05rem}}
`;

/** The hash of the style sheet, for the content security policy. */
export const STYLE_HASH = `sha256-${createHash('sha256').update(STYLE).digest('base64')}`;
