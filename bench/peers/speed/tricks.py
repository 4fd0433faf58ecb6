"""usage: tricks.py [--name NAME] [--steps N | --budget SECONDS] [--opt adamw|muon] [--sizes 16:390,24:226,32:132] [--stem s2|p2] ...

Short SimCLR trainings on CIFAR-10 in PyTorch, to try a change before it is built. Needs setup.sh once. It holds out 5,000
training images and prints a JSON line with their kNN accuracy; --test 1 reads the test images instead. The settings of
the table in docs/explanation/results.md:

    tricks.py --budget 180                                                          AdamW
    tricks.py --budget 180 --opt muon                                               + Muon
    tricks.py --opt muon --steps 748 --sizes 16:390,24:226,32:132                   + small views first
    the same with --stem p2 --whiten 1, then --mlr .05; or --temp .1; or --temp .1 --mlr .05 without --whiten
"""

import argparse, json, math, time, sys
import common
import numpy as np, torch, torch.nn as nn, torch.nn.functional as F
from PIL import Image

p=argparse.ArgumentParser()
p.add_argument('--name',default='x'); p.add_argument('--budget',type=float,default=240); p.add_argument('--steps',type=int,default=0)
p.add_argument('--batch',type=int,default=256); p.add_argument('--views',type=int,default=2)
p.add_argument('--channels',default='64,128,256'); p.add_argument('--depth',type=int,default=2); p.add_argument('--stem',default='s2')
p.add_argument('--widths',default='512,128'); p.add_argument('--temp',type=float,default=.2)
p.add_argument('--lr',type=float,default=2e-3); p.add_argument('--wd',type=float,default=1e-2); p.add_argument('--opt',default='adamw'); p.add_argument('--mlr',type=float,default=.02)
p.add_argument('--sizes',default='32'); # comma list, equal shares of time, or size:share
p.add_argument('--scale',type=float,default=.2); p.add_argument('--loss',default='simclr'); p.add_argument('--seed',type=int,default=1)
p.add_argument('--ema',type=float,default=0); p.add_argument('--sched',default='cosine'); p.add_argument('--res',type=int,default=0); p.add_argument('--act',default='relu'); p.add_argument('--pool',default='stride')
p.add_argument('--bnm',type=float,default=.1); p.add_argument('--whiten',type=int,default=0); p.add_argument('--dirac',type=int,default=0); p.add_argument('--jit',type=float,default=1.); p.add_argument('--gray',type=float,default=.2); p.add_argument('--threads',type=int,default=2); p.add_argument('--evalsize',type=int,default=32); p.add_argument('--linear',type=int,default=0); p.add_argument('--test',type=int,default=0); p.add_argument('--beta2',type=float,default=.999); p.add_argument('--warm',type=float,default=.05)
a=p.parse_args()
torch.set_num_threads(a.threads); torch.manual_seed(a.seed); np.random.seed(a.seed)
def load(split):
    files=sorted((common.DATA/'cifar-10-images'/split).glob('*/*.jpg')); classes=sorted({f.parent.name for f in files})
    return np.stack([np.asarray(Image.open(f).convert('RGB')) for f in files]), np.array([classes.index(f.parent.name) for f in files],np.int32)
X,Y=load('train')
perm=np.random.RandomState(0).permutation(len(X))
if a.test: Xv,Yv=load('test')
else: Xv,Yv=X[perm[:5000]],Y[perm[:5000]]; X,Y=X[perm[5000:]],Y[perm[5000:]]
MEAN=torch.tensor([.4914,.4822,.4465]).view(1,3,1,1); STD=torch.tensor([.247,.2435,.2616]).view(1,3,1,1)
xt=torch.from_numpy(X); n=len(xt)
g=torch.Generator().manual_seed(a.seed)
def U(b,lo=0.,hi=1.): return torch.rand(b,generator=g)*(hi-lo)+lo
def view(x,size):
    B=len(x); x=x.permute(0,3,1,2).float().div_(255)
    area=U(B,a.scale,1); ratio=torch.exp(U(B,math.log(3/4),math.log(4/3)))
    w=(area*ratio).sqrt().clamp(max=1); h=(area/ratio).sqrt().clamp(max=1)
    cx=(U(B)*2-1)*(1-w); cy=(U(B)*2-1)*(1-h); flip=torch.where(U(B)<.5,-1.,1.)
    th=torch.zeros(B,2,3); th[:,0,0]=w*flip; th[:,1,1]=h; th[:,0,2]=cx; th[:,1,2]=cy
    y=F.grid_sample(x,F.affine_grid(th,[B,3,size,size],align_corners=False),mode='bilinear' if size<32 else 'bicubic',padding_mode='reflection',align_corners=False).clamp_(0,1)
    j=(U(B)<.8).float()*a.jit
    def f(s): return (1+j*U(B,-s,s)).view(B,1,1,1)
    y=(y*f(.4)).clamp_(0,1)
    c=f(.4); gr=(y*torch.tensor([.299,.587,.114]).view(1,3,1,1)).sum(1,keepdim=True)
    y=(y*c+gr.mean((1,2,3),keepdim=True)*(1-c)).clamp_(0,1)
    s=f(.4); gr=(y*torch.tensor([.299,.587,.114]).view(1,3,1,1)).sum(1,keepdim=True)
    y=(y*s+gr*(1-s)).clamp_(0,1)
    # hue by rotation in YIQ
    T=torch.tensor([[.299,.587,.114],[.596,-.274,-.321],[.211,-.523,.311]]); Ti=torch.linalg.inv(T)
    an=j*U(B,-.1,.1)*2*math.pi; R=torch.zeros(B,3,3); R[:,0,0]=1; R[:,1,1]=an.cos(); R[:,2,2]=an.cos(); R[:,1,2]=-an.sin(); R[:,2,1]=an.sin()
    M=Ti@R@T
    y=torch.einsum('bij,bjhw->bihw',M,y).clamp_(0,1)
    gr=(y*torch.tensor([.299,.587,.114]).view(1,3,1,1)).sum(1,keepdim=True)
    gm=(U(B)<a.gray).view(B,1,1,1)
    y=torch.where(gm,gr.expand_as(y),y)
    return ((y-MEAN)/STD).contiguous(memory_format=torch.channels_last)
act={'relu':lambda:nn.ReLU(True),'gelu':nn.GELU,'silu':nn.SiLU}[a.act]
class Res(nn.Module):
    def __init__(s,c):
        super().__init__(); s.f=nn.Sequential(nn.Conv2d(c,c,3,1,1,bias=False),nn.BatchNorm2d(c,momentum=a.bnm),act(),nn.Conv2d(c,c,3,1,1,bias=False),nn.BatchNorm2d(c,momentum=a.bnm)); s.a=act()
    def forward(s,x): return s.a(x+s.f(x))
def net():
    L=[]; i=3; ch=[int(c) for c in a.channels.split(',')]
    for st,o in enumerate(ch):
        for d in range(a.depth):
            first=d==0
            if a.res and not first:
                L.append(Res(o)); continue
            k,s,pd=3,1,1
            if first:
                if st==0:
                    if a.stem=='s2': s=2
                    elif a.stem=='p2': k,s,pd=2,2,0
                    elif a.stem=='p4': k,s,pd=4,2,1
                elif a.pool=='stride': s=2
            c=nn.Conv2d(i,o,k,s,pd,bias=False); nn.init.kaiming_normal_(c.weight,mode='fan_out',nonlinearity='relu')
            if a.whiten and st==0 and first:
                smp=xt[:5000].permute(0,3,1,2).float().div(255); smp=(smp-MEAN)/STD
                P=F.unfold(smp,k,padding=pd,stride=s).transpose(1,2).reshape(-1,3*k*k); P=P[torch.randperm(len(P))[:100000]]
                ev,V=torch.linalg.eigh(P.T@P/len(P)); W=(V/ (ev+5e-4).sqrt()).T.flip(0)
                W=torch.cat([W,-W])[:o]; W=F.normalize(W) if False else W
                with torch.no_grad(): c.weight[:len(W)]=W.view(-1,3,k,k)
            if a.dirac and not (st==0 and first): 
                with torch.no_grad(): nn.init.dirac_(c.weight[:min(i,o)]) if a.dirac==1 else c.weight[:min(i,o)].add_(nn.init.dirac_(torch.empty_like(c.weight[:min(i,o)])))
            if first and st>0 and a.pool=='max': L+= [c,nn.MaxPool2d(2),nn.BatchNorm2d(o,momentum=a.bnm),act()]
            else: L+=[c,nn.BatchNorm2d(o,momentum=a.bnm),act()]
            i=o
    return nn.Sequential(*L,nn.AdaptiveAvgPool2d(1),nn.Flatten()),i
enc,dim=net()
W=[int(w) for w in a.widths.split(',')]; hl=[]; i=dim
for o in W[:-1]: hl+=[nn.Linear(i,o),nn.BatchNorm1d(o),nn.ReLU(True)]; i=o
hl.append(nn.Linear(i,W[-1],bias=False)); head=nn.Sequential(*hl)
enc.to(memory_format=torch.channels_last)
def zeropower(G,steps=5):
    x=G.bfloat16(); x=x/(x.norm()+1e-7); tr=x.size(0)>x.size(1)
    if tr: x=x.T
    for _ in range(steps):
        A=x@x.T; x=3.4445*x+(-4.7750*A+2.0315*A@A)@x
    return (x.T if tr else x).float()
class Muon:
    def __init__(s,ps,lr,wd,m=.95 if a.steps==0 or True else .9): s.ps=list(ps); s.lr0=lr; s.wd=wd; s.m=m; s.b=[torch.zeros_like(q) for q in s.ps]
    @torch.no_grad()
    def step(s,f):
        for q,b in zip(s.ps,s.b):
            b.lerp_(q.grad,1-s.m); u=q.grad.lerp(b,s.m)
            G=u.reshape(len(u),-1); z=zeropower(G)*max(1,G.size(0)/G.size(1))**.5
            q.mul_(1-s.lr0*f*s.wd); q.add_(z.view_as(q),alpha=-s.lr0*f)
params=list(enc.parameters())+list(head.parameters())
muon=None
if a.opt=='muon':
    mp=[q for k,q in list(enc.named_parameters())+list(head.named_parameters()) if q.ndim>1]
    skip=mp[0]; mp=mp[1:]
    muon=Muon(mp,a.mlr,a.wd); ids={id(q) for q in mp}; params=[q for q in params if id(q) not in ids]
opt=torch.optim.AdamW([dict(params=[q for q in params if q.ndim>1],weight_decay=a.wd),dict(params=[q for q in params if q.ndim<=1],weight_decay=0)],lr=a.lr,betas=(.9,a.beta2),fused=True)
def ntx(zs):
    z=F.normalize(torch.cat(zs)); V=len(zs); N=len(zs[0]); s=z@z.T/a.temp
    s.fill_diagonal_(-1e9); idx=torch.arange(N).repeat(V)
    if V==2: return F.cross_entropy(s,torch.cat([torch.arange(N,2*N),torch.arange(N)]))
    pos=(idx[:,None]==idx[None])&~torch.eye(V*N,dtype=torch.bool)
    # each positive against negatives of other items
    neg=torch.where(idx[:,None]==idx[None],torch.tensor(-1e9),s).logsumexp(1,keepdim=True)
    return (torch.logaddexp(neg,s)-s)[pos].mean()
def vicreg(zs,l=25.,m=25.,c=1.):
    N,Dm=zs[0].shape; out=0; mean=sum(zs)/len(zs)
    for z in zs:
        out=out+l*2*F.mse_loss(z,mean)*len(zs)/ (len(zs)) 
        zc=z-z.mean(0); std=(zc.var(0)+1e-4).sqrt(); out=out+m*F.relu(1-std).mean()/2*2/len(zs)
        if Dm<=N: C=zc.T@zc/(N-1); off=C.pow(2).sum()-C.diagonal().pow(2).sum()
        else: C=zc@zc.T/(N-1); off=C.pow(2).sum()-zc.var(0).pow(2).sum()
        out=out+c*off/Dm*2/len(zs)
    return out
loss=dict(simclr=ntx,vicreg=vicreg)[a.loss]
sizes=[]; 
for s in a.sizes.split(','):
    q=s.split(':'); sizes.append((int(q[0]),float(q[1]) if len(q)>1 else 1.))
tot=sum(s for _,s in sizes); sizes=[(s,f/tot) for s,f in sizes]
def lossgrad(vs):
    zs=[]
    for v in vs:
        with torch.autocast('cpu',torch.bfloat16): zs.append(head(enc(v)).float())
    l=loss(zs); opt.zero_grad(set_to_none=True)
    if muon:
        for q in muon.ps: q.grad=None
    l.backward(); return l
# calibrate
cal=[]
if not a.steps:
    st=None; import copy
    saved=[copy.deepcopy(enc.state_dict()),copy.deepcopy(head.state_dict()),copy.deepcopy(opt.state_dict())]
    for s,f in sizes:
        vs=[view(xt[:a.batch],s) for _ in range(a.views)]; ts=[]
        for k in range(9):
            b=time.perf_counter(); lossgrad(vs); 
            if muon: muon.step(0)
            for gq in opt.param_groups: gq['lr']=0
            opt.step()
            ts.append(time.perf_counter()-b)
        cal.append(sorted(ts)[3])
    enc.load_state_dict(saved[0]); head.load_state_dict(saved[1]); opt=torch.optim.AdamW([dict(params=[q for q in params if q.ndim>1],weight_decay=a.wd),dict(params=[q for q in params if q.ndim<=1],weight_decay=0)],lr=a.lr,betas=(.9,a.beta2),fused=True)
    if muon: muon=Muon(muon.ps,a.mlr,a.wd)
    ks=[round(a.budget*f/(c+.010*a.views/2*a.batch/256)) for (s,f),c in zip(sizes,cal)]
else: ks=[round(a.steps*f) for s,f in sizes]
K=sum(ks); bounds=np.cumsum(ks)
ema=None
step=0; began=time.time(); hist=[]; order=None; comp=0
spe=n//a.batch
for step in range(K):
    if step%spe==0: order=torch.from_numpy(np.random.RandomState(a.seed*1000+step//spe).permutation(n))
    idx=order[(step%spe)*a.batch:(step%spe+1)*a.batch]; x=xt[idx]
    size=sizes[int(np.searchsorted(bounds,step,side='right'))][0]
    vs=[view(x,size) for _ in range(a.views)]
    pr=step/K
    if a.sched=='cosine': f=min(1,(step+1)/(a.warm*K+1))*(.5*(1+math.cos(math.pi*max(0,pr-a.warm)/(1-a.warm))))
    elif a.sched=='trap': f=min(1,(step+1)/(a.warm*K+1))*min(1,(1-pr)/.4)
    elif a.sched=='linear': f=min((step+1)/(a.warm*K+1),(1-pr)/(1-a.warm))
    for gq in opt.param_groups: gq['lr']=a.lr*f
    b=time.perf_counter()
    l=lossgrad(vs); opt.step()
    if muon: muon.step(f)
    comp+=time.perf_counter()-b
    if a.ema:
        sd={k:v for k,v in enc.state_dict().items()}
        if ema is None: ema={k:v.clone() for k,v in sd.items()}
        else:
            for k,v in sd.items():
                if v.is_floating_point(): ema[k].lerp_(v,1-a.ema)
    if step%100==0: print(a.name,step,K,size,round(l.item(),3),round(comp/(step+1)*1e3,1),file=sys.stderr,flush=True)
if ema: enc.load_state_dict(ema)
enc.eval()
def feats(X,size=a.evalsize):
    out=[]
    with torch.no_grad(), torch.autocast('cpu',torch.bfloat16):
        for i in range(0,len(X),500):
            x=torch.from_numpy(X[i:i+500]).permute(0,3,1,2).float().div(255); x=((x-MEAN)/STD).contiguous(memory_format=torch.channels_last)
            if size!=32: x=F.interpolate(x,size=size,mode='bicubic',antialias=True)
            out.append(enc(x).float())
    return torch.cat(out)
ft,fv=feats(X),feats(Xv); yt,yv=torch.from_numpy(Y).long(),torch.from_numpy(Yv).long()
def knn(ft,fv):
    ft,fv=F.normalize(ft),F.normalize(fv); c=0
    for i in range(0,len(fv),1000):
        s,j=(fv[i:i+1000]@ft.T).topk(20,1); w=(s/.1).exp(); v=torch.zeros(len(s),10).scatter_add_(1,yt[j],w); c+=(v.argmax(1)==yv[i:i+1000]).sum().item()
    return 100*c/len(fv)
r=dict(name=a.name,knn=round(knn(ft,fv),2),ms=[round(1e3*c,1) for c in cal],steps=ks,epochs=round(K*a.batch/n,2),comp=round(comp),wall=round(time.time()-began),loss=round(l.item(),3))
if a.linear:
    mu,sd=ft.mean(0),ft.std(0)+1e-5; A,B=(ft-mu)/sd,(fv-mu)/sd; lin=nn.Linear(dim,10); o=torch.optim.LBFGS(lin.parameters(),max_iter=60,line_search_fn='strong_wolfe')
    def c():
        o.zero_grad(); L=F.cross_entropy(lin(A),yt)+1e-4*lin.weight.pow(2).sum(); L.backward(); return L
    o.step(c); r['linear']=round(100*(lin(B).argmax(1)==yv).float().mean().item(),2)
r['args']=' '.join(sys.argv[1:])
print(json.dumps(r),flush=True)
