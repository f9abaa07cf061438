package draw

// style has the colours for light pages, then those for dark ones. Kinds of nodes have a
// fill and a line of one hue; text has a contrast of at least 4.5 to 1 with what is
// behind it, which a test holds.
const style = `
.dataflow{font-family:Helvetica,Arial,"Liberation Sans",sans-serif}
.dataflow text{fill:#1f2328;font-size:12px}
.dataflow .verb,.dataflow .name{font-size:13px;font-weight:bold}
.dataflow .site,.dataflow .more,.dataflow .share,.dataflow .state,.dataflow .rows{font-size:11px;fill:#57606a}
.dataflow .page{fill:#ffffff}
.dataflow .box{fill:#f6f8fa;stroke:#d0d7de}
.dataflow .shape{fill:#ffffff;stroke:#8c959f;stroke-width:1.2}
.dataflow .mark,.dataflow .bar-top{fill:none;stroke:#8c959f;stroke-width:1.2}
.dataflow .bar-top{stroke-width:4}
.dataflow .line{fill:none;stroke:#6e7781;stroke-width:1.4}
.dataflow .tip{fill:#6e7781}
.dataflow .boundary .line{stroke-dasharray:5 3}
.dataflow .track{fill:#8c959f;fill-opacity:.25}
.dataflow .bar{fill:#0969da}
.dataflow .source .shape{fill:#ecf9ef;stroke:#2da44e}
.dataflow .sink .shape{fill:#f1f3f5;stroke:#57606a}
.dataflow .turns .shape{fill:#eff7ff;stroke:#4793dd}
.dataflow .turns .mark{stroke:#4793dd}
.dataflow .cut .shape{stroke-dasharray:4 3}
.dataflow .probe .shape{fill:#f8f2ff;stroke:#9a6dd7}
.dataflow .breaker .shape{fill:#fff8e1;stroke:#c69026}
.dataflow .breaker .bar-top{stroke:#c69026}
.dataflow .waiting .box{stroke-dasharray:4 4}
.dataflow .running .box,.dataflow .finishing .box{stroke:#0969da;stroke-width:2}
.dataflow .done .box{stroke:#2da44e}
@media (prefers-color-scheme:dark){
.dataflow text{fill:#e6edf3}
.dataflow .site,.dataflow .more,.dataflow .share,.dataflow .state,.dataflow .rows{fill:#9da7b3}
.dataflow .page{fill:#0d1117}
.dataflow .box{fill:#151b23;stroke:#30363d}
.dataflow .shape{fill:#0d1117;stroke:#6e7681}
.dataflow .mark,.dataflow .bar-top{stroke:#6e7681}
.dataflow .line{stroke:#8b949e}
.dataflow .tip{fill:#8b949e}
.dataflow .track{fill:#8b949e}
.dataflow .bar{fill:#4493f8}
.dataflow .source .shape{fill:#0f2417;stroke:#3fb950}
.dataflow .sink .shape{fill:#21262d;stroke:#8b949e}
.dataflow .turns .shape{fill:#0f2136;stroke:#4493f8}
.dataflow .turns .mark{stroke:#4493f8}
.dataflow .probe .shape{fill:#211a33;stroke:#a371f7}
.dataflow .breaker .shape{fill:#2a2112;stroke:#bb8009}
.dataflow .breaker .bar-top{stroke:#bb8009}
.dataflow .running .box,.dataflow .finishing .box{stroke:#4493f8}
.dataflow .done .box{stroke:#238636}
}
`
